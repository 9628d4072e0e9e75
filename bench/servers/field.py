"""Who takes part in which row."""

from __future__ import annotations

from bench.servers.clientflow import ClientFlow
from bench.servers.contender import Contender
from bench.servers.floor import Floor
from bench.servers.peers import DjangoChannels, Nchan, NodeWs, PythonSocketIO, SocketIO
from bench.servers.starlette_peer import StarletteBroadcaster


def clientflow_in_memory() -> ClientFlow:
    return ClientFlow("clientflow-presence", kind="presence")


def clientflow() -> ClientFlow:
    return ClientFlow("clientflow", kind="commit")


def clientflow_on_postgres(instances: int = 1) -> ClientFlow:
    name = "clientflow-postgres" + (f"-{instances}" if instances > 1 else "")
    return ClientFlow(name, kind="commit", postgres=True, instances=instances)


def peers() -> list[Contender]:
    return [
        Nchan(),
        NodeWs(),
        SocketIO(),
        StarletteBroadcaster(redis=False),
        StarletteBroadcaster(redis=True),
        PythonSocketIO(),
        DjangoChannels(redis=False),
        DjangoChannels(redis=True),
    ]


def everyone() -> list[Contender]:
    """For fan-out: each thing that ClientFlow does, and each peer."""
    ours: list[Contender] = [clientflow_in_memory(), clientflow(), clientflow_on_postgres()]
    return [Floor(), Floor(gathering=True), *ours, *peers()]


def socket_holders() -> list[Contender]:
    """For what concerns the sockets themselves, whatever is sent on them."""
    return [Floor(), clientflow(), clientflow_on_postgres(), *peers()]
