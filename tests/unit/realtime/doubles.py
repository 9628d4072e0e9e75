"""What stands in for sockets and for storage."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

from realtime.frames import Frame, Outgoing
from realtime.hub import Hub
from realtime.problems import CloseCode
from realtime.reply_events import ReplyHead, StoredReply
from realtime.topic import LoggedFrame
from realtime.topics import LogUnavailable
from tests.unit.virtual_time import ENOUGH_S


def change(
    seq: int, *, entity: str = "client", op: str = "updated", id_: str = "client-1"
) -> LoggedFrame:
    payload = {"type": "change", "seq": seq, "entity": entity, "op": op, "id": id_}
    return LoggedFrame(seq, entity, op, id_, Frame(json.dumps(payload).encode()))


class Socket:
    """A member's channel as the hub sees it. Once closed it takes nothing more, as the server's do."""

    def __init__(self, user_id: str = "ana", session_id: str | None = None) -> None:
        self.user_id = user_id
        self.session_id = session_id or f"{user_id}-{id(self):x}"
        self.cursor = 0
        self.frames: list[dict[str, Any]] = []
        self.closed: CloseCode | None = None
        self.looked_at = 0  # how often it was waited for
        self.sent_in_vain = 0  # frames that came after the end
        self.reads = asyncio.Event()
        self.reads.set()
        self._moved = asyncio.Event()

    def welcome(self, seq: int, resumed: bool) -> None:
        self._take({"type": "welcome", "seq": seq, "resumed": resumed})

    def send(self, outgoing: Outgoing) -> None:
        for payload in outgoing.payloads:
            self._take(json.loads(payload))

    def close(self, code: CloseCode, reason: str) -> None:
        assert reason
        self.closed = self.closed or code
        self.reads.set()
        self._moved.set()

    def backlog_bytes(self) -> int:
        return 0 if self.reads.is_set() else 1024 * 1024

    async def drained(self) -> bool:
        self.looked_at += 1
        await self.reads.wait()
        return self.closed is None

    def stall(self) -> None:
        """Read no more until `resume_reading`."""
        self.reads.clear()

    def resume_reading(self) -> None:
        self.reads.set()

    def _take(self, frame: dict[str, Any]) -> None:
        if self.closed is None:
            self.frames.append(frame)
            self._moved.set()
        else:
            self.sent_in_vain += 1

    @property
    def changes(self) -> list[int]:
        return [frame["seq"] for frame in self.frames if frame["type"] == "change"]

    @property
    def presence(self) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["type"] == "presence"]

    @property
    def welcomes(self) -> list[tuple[int, bool]]:
        return [(f["seq"], f["resumed"]) for f in self.frames if f["type"] == "welcome"]

    async def until(self, condition: Callable[["Socket"], bool]) -> None:
        """Wait, in virtual time, for what has come over the socket to satisfy `condition`."""
        async with asyncio.timeout(ENOUGH_S):
            while not condition(self):
                self._moved.clear()
                await self._moved.wait()

    async def has_changes(self, *seqs: int) -> None:
        await self.until(lambda socket: len(socket.changes) >= len(seqs))
        assert self.changes == list(seqs)


class MemoryLog:
    """The change log of every workspace, and a database that can be away or slow."""

    def __init__(self) -> None:
        self.rows: dict[str, list[LoggedFrame]] = {}
        self.kept_from: dict[str, int] = {}
        self.available = True
        self.answers = asyncio.Event()  # cleared: every read of w1 waits
        self.answers.set()
        self.pause: Callable[[], int] = lambda: 1  # turns of the loop that the next read takes
        self.brings = asyncio.Event()  # cleared: what was read of w1 is on its way for longer
        self.brings.set()
        self.heads_read = 0
        self.pages_read = 0

    def create(self, workspace_id: str, changes: int = 0) -> None:
        self.rows[workspace_id] = []
        self.append(workspace_id, changes)

    def append(self, workspace_id: str, count: int = 1, **what: str) -> list[LoggedFrame]:
        """Commit changes without telling anybody."""
        rows = self.rows[workspace_id]
        added = [change(len(rows) + number, **what) for number in range(1, count + 1)]
        rows += added
        return added

    def delete(self, workspace_id: str) -> None:
        del self.rows[workspace_id]

    def truncate(self, workspace_id: str, kept_from: int) -> None:
        """Keep only the changes from this seq on."""
        self.kept_from[workspace_id] = kept_from

    async def heads(self, workspace_ids: Sequence[str]) -> dict[str, int]:
        self.heads_read += bool(workspace_ids)
        await self._reach(workspace_ids)
        heads = {id_: len(self.rows[id_]) for id_ in workspace_ids if id_ in self.rows}
        if "w1" in workspace_ids:
            await self.brings.wait()
        return heads

    async def since(self, workspace_id: str, seq: int, limit: int) -> list[LoggedFrame]:
        self.pages_read += 1
        await self._reach([workspace_id])
        first = max(seq + 1, self.kept_from.get(workspace_id, 0))
        rows = self.rows.get(workspace_id, [])
        return [row for row in rows if row.seq >= first][:limit]

    async def _reach(self, workspace_ids: Sequence[str]) -> None:
        """The way there; what is read is as it stands at its end."""
        for _ in range(self.pause()):
            await asyncio.sleep(0)
        if "w1" in workspace_ids:
            await self.answers.wait()
        if not self.available:
            raise LogUnavailable("the database is away")


class MemoryReplies:
    """The replies of w1 as they are stored, in a database that can be away."""

    def __init__(self) -> None:
        self.rows: dict[str, StoredReply] = {}
        self.available = True
        self.heads_read = 0

    def store(self, reply: StoredReply) -> None:
        self.rows[reply.message["id"]] = reply

    async def heads(self, workspace_ids: Sequence[str]) -> dict[str, list[ReplyHead]]:
        self._reach()
        self.heads_read += 1
        heads = [
            ReplyHead(id_, row.ended is None, row.revision, len(row.text))
            for id_, row in self.rows.items()
        ]
        return {"w1": heads} if "w1" in workspace_ids else {}

    async def load(self, workspace_id: str, message_id: str) -> StoredReply | None:
        self._reach()
        return self.rows.get(message_id)

    def _reach(self) -> None:
        if not self.available:
            raise LogUnavailable("the database is away")


async def join(
    hub: Hub,
    user_id: str = "ana",
    *,
    workspace_id: str = "w1",
    since: int | None = None,
    socket: Socket | None = None,
) -> Socket:
    """Bring a member's socket into a workspace."""
    socket = socket or Socket(user_id)
    await hub.join(workspace_id, socket, since=since, name=socket.user_id.title())
    return socket
