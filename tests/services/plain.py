"""The app under an ASGI server that knows nothing of it: python -m tests.services.plain

uvicorn's own websocket protocol stands for any other server: the channel goes through plain ASGI messages.
"""

from __future__ import annotations

import sys
from typing import Any

import uvicorn

from server.cli import main

if __name__ == "__main__":
    run = uvicorn.run

    def run_plain(app: str, **options: Any) -> None:
        run(app, **options | {"ws": "websockets-sansio"})

    uvicorn.run = run_plain  # type: ignore[assignment]
    sys.argv.append("serve")
    sys.exit(main())
