"""The peers whose packages are fetched at run time."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench.loading import Route
from bench.programs import BENCH
from bench.servers.contender import Contender, Missing, Served
from bench.servers.services import ListeningService, RedisElsewhere, UvicornService

PROGRAMS = BENCH / "peers"
INSTALLED = BENCH / ".peers"
PYTHON = INSTALLED / "venv" / "bin" / "python"
NODE = INSTALLED / "node"


def install(kind: str) -> None:
    """Fetch what the peers of this kind need. Raises `Missing`."""
    command = [str(PROGRAMS / "install.sh"), kind]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"its packages could not be fetched: {done.stderr.strip()[-200:]}")


@dataclass
class SocketIOServed(Served):
    """Socket.IO's own handshake after the websocket's, and its events: 42["name", argument]."""

    def padded_routes(self, sockets: int, publishers: int, pad: int) -> list[Route]:
        event = "42" + json.dumps(["event", "%T" + "x" * pad], separators=(",", ":"))
        path = "/socket.io/?EIO=4&transport=websocket"
        return [
            Route(self.port, path, publishers, protocol="socketio", publish=event),
            Route(self.port, path, sockets - publishers, protocol="socketio"),
        ]


class PythonPeer(Contender):
    packages: tuple[str, ...]

    def prepare(self) -> None:
        install("python")

    def version(self) -> str:
        pins = dict(
            re.findall(r"^(\S+)==(\S+)$", (PROGRAMS / "requirements.txt").read_text(), re.M)
        )
        return ", ".join(f"{name} {pins[name]}" for name in self.packages)


class PythonSocketIO(PythonPeer):
    name = "python-socketio"
    label = "python-socketio (uvicorn)"
    does = "a socket's event is emitted to all sockets"
    packages = ("python-socketio", "uvicorn", "uvloop", "websockets")

    @contextmanager
    def running(self) -> Iterator[Served]:
        with UvicornService("bench.peers.python_socketio:app", {}, python=str(PYTHON)) as service:
            yield SocketIOServed([service])


class DaphneService(ListeningService):
    name = "daphne"

    def __init__(self, app: str, settings: dict[str, str]) -> None:
        super().__init__()
        self.app = app
        self.settings = settings

    def environment(self) -> dict[str, str]:
        return super().environment() | {"PYTHONPATH": str(BENCH.parent)} | self.settings

    def program(self) -> list[str]:
        return [str(PYTHON), "-m", "daphne", "--bind", "127.0.0.1", "--port", str(self.port),
                "--verbosity", "0", self.app]  # fmt: skip


class DjangoChannels(PythonPeer):
    """As its documentation deploys it, with daphne and Redis; and the cheaper way, which no two processes can share."""

    app = "bench.peers.django_channels:app"

    def __init__(self, *, redis: bool) -> None:
        self.redis = redis
        self.name = "channels-redis" if redis else "channels"
        self.label = f"Django Channels ({'daphne, Redis' if redis else 'uvicorn, memory'})"
        self.does = "a consumer's message is sent to a group that all consumers have joined"
        self.packages = (
            "Django",
            "channels",
            *(("channels_redis", "daphne") if redis else ("uvicorn",)),
        )

    @contextmanager
    def running(self) -> Iterator[Served]:
        with ExitStack() as stack:
            service: ListeningService
            if self.redis:
                redis = stack.enter_context(RedisElsewhere())
                service = DaphneService(self.app, {"REDIS_URL": redis.url})
            else:
                service = UvicornService(self.app, {}, "--lifespan", "off", python=str(PYTHON))
            yield Served([stack.enter_context(service)])


class NodeService(ListeningService):
    name = "node"

    def __init__(self, program: str) -> None:
        super().__init__()
        self.script = NODE / program

    def environment(self) -> dict[str, str]:
        return super().environment() | {"PORT": str(self.port), "NODE_ENV": "production"}

    def program(self) -> list[str]:
        return ["node", str(self.script)]


class NodePeer(Contender):
    script: str
    package: str

    def prepare(self) -> None:
        if shutil.which("node") is None or shutil.which("npm") is None:
            raise Missing("Node.js with npm is not installed")
        install("node")
        shutil.copy(PROGRAMS / self.script, NODE / self.script)  # beside its node_modules

    def version(self) -> str:
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
        pins = json.loads((PROGRAMS / "package.json").read_text())["dependencies"]
        return f"{self.package} {pins[self.package]}, Node {node.stdout.strip().removeprefix('v')}"


class NodeWs(NodePeer):
    name = "ws"
    label = "Node ws"
    does = "a socket's message is sent to each client of the server"
    script = "ws.js"
    package = "ws"

    @contextmanager
    def running(self) -> Iterator[Served]:
        with NodeService(self.script) as service:
            yield Served([service])


class SocketIO(NodePeer):
    name = "socket.io"
    label = "Socket.IO"
    does = "a socket's event is emitted to all sockets"
    script = "socketio.js"
    package = "socket.io"

    @contextmanager
    def running(self) -> Iterator[Served]:
        with NodeService(self.script) as service:
            yield SocketIOServed([service])


class NginxService(ListeningService):
    name = "nginx"

    def program(self) -> list[str]:
        configuration = (PROGRAMS / "nchan.conf").read_text()
        filled = configuration.replace("PORT", str(self.port))
        path = self.folder / "nginx.conf"
        path.write_text(filled)
        self.folder.chmod(0o755)  # the worker is not root
        return ["/usr/sbin/nginx", "-p", str(self.folder), "-c", str(path)]


class Nchan(Contender):
    name = "nchan"
    label = "nginx nchan"
    does = "a socket publishes to a channel that every socket subscribes to; nchan also keeps the last messages"

    def prepare(self) -> None:
        install("nchan")

    def version(self) -> str:
        show = ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", "nginx", "libnginx-mod-nchan"]
        done = subprocess.run(show, capture_output=True, text=True, check=False)
        return ", ".join(done.stdout.split("\n")).strip(", ")

    @contextmanager
    def running(self) -> Iterator[Served]:
        with NginxService() as service:
            yield Served([service])
