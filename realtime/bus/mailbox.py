"""A bounded queue in which what does not fit becomes one WAKE a channel."""

from __future__ import annotations

from collections import deque
from typing import Final

# On any channel: something was lost here, read the log.
WAKE: Final = b"?"


class Mailbox:
    """First in, first out over all channels.

    A lost message leaves a mark at the tail, read as WAKE; while a channel's mark waits, further
    losses on it need none. The mark is always taken after the loss, so whoever reads the log on it
    finds what the lost messages told. Hence the size is bounded by `messages` (or `bytes`) plus
    `lost_channels`.
    """

    def __init__(self, *, messages: int, size_bytes: int, lost_channels: int) -> None:
        self._max_messages = messages
        self._max_bytes = size_bytes
        self._max_lost = lost_channels
        self._entries: deque[tuple[str, bytes | None]] = deque()
        self._lost: set[str] = set()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, channel: str, message: bytes) -> bool:
        """Queues the message; False if it was lost for want of room."""
        if message == WAKE:
            return self.lose(channel)
        waiting = len(self._entries) - len(self._lost)
        if waiting >= self._max_messages or self._bytes + len(message) > self._max_bytes:
            self.lose(channel)
            return False
        self._entries.append((channel, message))
        self._bytes += len(message)
        return True

    def lose(self, channel: str) -> bool:
        """Marks a loss on the channel; False if too many channels are marked already."""
        if channel in self._lost:
            return True
        if len(self._lost) >= self._max_lost:
            return False
        self._lost.add(channel)
        self._entries.append((channel, None))
        return True

    def lose_all(self) -> int:
        """Turns every waiting message into its channel's mark; returns how many messages went."""
        entries, self._entries = self._entries, deque()
        gone = len(entries) - len(self._lost)
        self._lost.clear()
        self._bytes = 0
        for channel, _ in entries:
            self.lose(channel)
        return gone

    def pop(self) -> tuple[str, bytes]:
        channel, message = self._entries.popleft()
        if message is None:
            self._lost.discard(channel)
            return channel, WAKE
        self._bytes -= len(message)
        return channel, message

    def take(self, messages: int, size_bytes: int) -> list[tuple[str, bytes]]:
        """The next messages, as many as both bounds allow but at least one if there is one."""
        batch: list[tuple[str, bytes]] = []
        size = 0
        while self._entries and len(batch) < messages and size < size_bytes:
            entry = self.pop()
            size += len(entry[1])
            batch.append(entry)
        return batch
