"""Real services for tests, private to one run: PostgreSQL, Redis and the app itself.

Each object owns one process on a free port of 127.0.0.1 and one temporary folder. `start()` returns
when the service answers; a stopped service may be started again, on the same port and with the same
data; `close()` (or leaving its `with` block) ends it and removes the folder. Whatever is still
open when the interpreter exits is closed then. The calls block: inside an async test that needs
its event loop meanwhile, use `await asyncio.to_thread(server.restart)`.
"""

from tests.services.app import ServerProcess
from tests.services.browser import browser_program
from tests.services.nginx import Nginx
from tests.services.patience import eventually
from tests.services.postgres import PostgresServer
from tests.services.process import ROOT, Service, ServiceFailed, free_port
from tests.services.redis import RedisServer

__all__ = [
    "ROOT",
    "Nginx",
    "PostgresServer",
    "RedisServer",
    "ServerProcess",
    "Service",
    "ServiceFailed",
    "browser_program",
    "eventually",
    "free_port",
]
