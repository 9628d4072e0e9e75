"""One reader's view of a channel, with a bound on how far it may fall behind."""

from __future__ import annotations

from typing import Protocol, Self, cast

from broadcaster import Event
from broadcaster._base import Unsubscribed

from realtime.bus.mailbox import WAKE


class Source(Protocol):
    """broadcaster's Subscriber. Its own iterator is an async generator, which one cancelled read
    ends for good; `get` can be cancelled and called again."""

    async def get(self) -> Event: ...


class Subscription:
    """An endless iterator over the messages of one channel.

    The queue behind it is broadcaster's and has no bound, so the messages put in and not yet read
    are counted here: `make_room` is called before each one is put in, and a reader that is
    `max_messages` behind loses what waits for it and gets one WAKE instead. The other readers of
    the channel notice nothing.
    """

    def __init__(self, source: Source, max_messages: int) -> None:
        self._source = source
        self._max_messages = max_messages
        self._waiting = 0
        self._lost = False
        self._ended = False

    @property
    def waiting(self) -> int:
        """How many messages have not been read."""
        return self._waiting

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._ended:
            raise StopAsyncIteration
        try:
            event = await self._source.get()
        except Unsubscribed:
            self._ended = True
            raise StopAsyncIteration from None
        self._waiting -= 1
        if self._lost:
            self._lost = False
            return WAKE  # for this message too: the log has it
        return cast(bytes, event.message)

    async def make_room(self) -> int:
        """Counts one more message in; returns how many were thrown away for it.

        Never suspends: as many `get`s as messages wait find theirs at once.
        """
        thrown = 0
        if self._waiting >= self._max_messages:
            thrown, self._waiting = self._waiting, 0
            for _ in range(thrown):
                await self._source.get()
            self._lost = True
        self._waiting += 1
        return thrown
