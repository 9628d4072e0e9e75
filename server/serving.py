"""How uvicorn serves the app, whoever starts it: the command line, or Gunicorn's workers."""

from __future__ import annotations

from typing import Any

from server.limits import Limits
from server.settings import Settings

# Sockets go over up to 5 s, then each peer has a second to leave (server/websocket_protocol.py).
SHUTDOWN_TIMEOUT_S = 8
# Longer than proxies keep idle connections (nginx 60 s, the load balancer of infra/terraform 100 s), so that none is
# closed while a request is on its way.
KEEP_ALIVE_S = 120


def uvicorn_options(settings: Settings) -> dict[str, Any]:
    """Arguments of `uvicorn.Config` that do not depend on how many processes there are and who binds the port."""
    channel = Limits().session
    return {
        "loop": "uvloop",
        "http": "server.http_protocol:HttpProtocol",
        "ws": "server.websocket_protocol:FrameProtocol",
        "ws_max_size": channel.max_frame_bytes,
        "ws_ping_interval": None,  # the channels ping, on one timer for all
        "ws_per_message_deflate": False,
        "timeout_graceful_shutdown": SHUTDOWN_TIMEOUT_S,
        "timeout_keep_alive": KEEP_ALIVE_S,
        "forwarded_allow_ips": settings.forwarded_allow_ips,
        "server_header": False,
        "access_log": settings.debug,
        "log_config": None,
    }
