"""How Gunicorn runs ClientFlow: `gunicorn`, in this folder. The settings are the server's own (.env.example)."""

from pathlib import Path

from server.workers import (
    GRACEFUL_TIMEOUT_S,
    FrameWorker,
    StructuredLogger,
    bind_address,
    checked_settings,
    migrate,
)

_settings = checked_settings()

wsgi_app = "server.main:create_app()"
worker_class = FrameWorker
logger_class = StructuredLogger
bind = bind_address(_settings)
workers = _settings.web_concurrency
on_starting = migrate
forwarded_allow_ips = _settings.forwarded_allow_ips

# Each worker builds its own app: event loops, connections and what the garbage collector has frozen are not for
# several processes to share.
preload_app = False

# A worker that has not answered for so long is killed and replaced; its sockets come back elsewhere.
timeout = 30
graceful_timeout = GRACEFUL_TIMEOUT_S
# The workers' sign of life is a file's time: in memory, so that a slow or read-only disk never kills them.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True  # it would be a file in the home folder
# Recycling a worker ends all its sockets. There is no leak to hide.
max_requests = 0
