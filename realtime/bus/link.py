"""What a resilient bus needs of a live server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

Deliver = Callable[[str, bytes], None]


class Link(Protocol):
    """Two live connections. Each call returns when the server has answered, or raises."""

    async def receive(self, deliver: Deliver) -> None:
        """Hands over what comes until the connection is lost, which it raises."""

    async def subscribe(self, channels: Sequence[str]) -> None: ...

    async def unsubscribe(self, channels: Sequence[str]) -> None: ...

    async def ping_receiver(self) -> None: ...

    async def send(self, batch: Sequence[tuple[str, bytes]]) -> None: ...

    async def ping_sender(self) -> None: ...
