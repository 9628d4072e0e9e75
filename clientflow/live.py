"""A board that is kept current: the public face of a channel."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Self

from clientflow.board import Board
from clientflow.channel import Channel
from clientflow.clients import AsyncClients
from clientflow.errors import ClientFlowError, Gone
from clientflow.feed import Feed
from clientflow.following import Status
from clientflow.frames import Presence, frame_text
from clientflow.records import Client, Member, Page, Stage, WorkspaceInfo
from clientflow.replies import AsyncReply
from clientflow.rest import Rest, Value, segment
from realtime import messages
from realtime.messages import Change, ChangeActor, Editing, PresenceFrame, PresenceState, Welcome
from realtime.presence import Person as Present


class AsyncLive:
    """`async with workspace.follow() as live: async for change in live: …`

    `board` is kept current all the while. Iterating gives each change once, in order, those before `since` left out.
    Who reads slowly, or not at all, costs no memory: what does not fit is read from the log when it is asked for. Where
    the log does not reach back that far, a change of entity `board` and op `reloaded` says that some were passed over.
    Writes by `clients` go over the socket, and over REST, under the same key, when it gives no answer.
    """

    def __init__(self, rest: Rest, workspace_id: str, since: int | None) -> None:
        self._rest = rest
        self._workspace_id = workspace_id
        self._root = f"/workspaces/{segment(workspace_id)}"
        self._since = since
        self._board: Board | None = None
        self._feed = Feed(since or 0, rest.limits.max_changes_waiting)
        self._channel: Channel | None = None
        self._news = asyncio.Event()
        self._over = False
        self._error: BaseException | None = None
        self._people: dict[str, Present] = {}
        self._state = PresenceState()
        self._replies: set[AsyncReply] = set()
        self._user: messages.Welcome | None = None

    @property
    def board(self) -> Board:
        assert self._board is not None, "use it as a context manager: async with workspace.follow()"
        return self._board

    @property
    def status(self) -> Status:
        """`live`; `connecting`, `resuming` or `polling` while there is no socket; `ended`."""
        return "connecting" if self._channel is None else self._channel.status

    @property
    def people(self) -> list[Present]:
        """Who is here, as far as a socket tells."""
        return list(self._people.values())

    @property
    def role(self) -> str | None:
        """One's own, once there was a socket."""
        return None if self._user is None else self._user.role

    @property
    def clients(self) -> AsyncClients:
        """Reads over REST, writes over the socket."""
        return AsyncClients(self._rest, self._root, self._open_channel.submit)

    async def __aenter__(self) -> Self:
        """Raises `NotFound`, `Unauthorized`, `Unreachable`."""
        await self.load()
        self._feed.given = self.board.seq if self._since is None else self._since
        if self._feed.given < self.board.seq:
            self._feed.pass_over()
        self._channel = Channel(self._rest, self._workspace_id, self, self.board.seq)
        self._channel.open()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._open_channel.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        """The next change. Raises what ended the channel: `Forbidden`, `NotFound`, `Unauthorized`, `Incompatible`."""
        while True:
            change = self._feed.take()
            if change is not None:
                return change
            if self._feed.behind:
                await self._catch_up()
            elif self._error is not None:
                raise self._error
            elif self._over:
                raise StopAsyncIteration
            else:
                self._news.clear()
                await self._news.wait()

    def ask(
        self,
        prompt: str,
        *,
        client_id: str | None = None,
        retry_of: str | None = None,
        key: str | None = None,
    ) -> AsyncReply:
        """As `AsyncWorkspace.ask`, over this socket."""
        question = messages.Question(prompt=prompt, retry_of=retry_of)
        command = messages.AskAssistant(data=question, client_id=client_id)
        submit = self._open_channel.submit
        return AsyncReply(self._rest, self._root, submit, self, command, key)

    async def present(
        self, *, viewing: str | None = None, editing: tuple[str, str] | None = None
    ) -> None:
        """Tell the others what one looks at, and which (client id, field) one edits; told again on each new socket."""
        field = None if editing is None else Editing(*editing)
        self._state = PresenceState(viewing=viewing, editing=field)
        await self._open_channel.say(frame_text(PresenceFrame(self._state)))

    def hear(self, reply: AsyncReply) -> None:
        self._replies.add(reply)

    def unhear(self, reply: AsyncReply) -> None:
        self._replies.discard(reply)

    @property
    def _open_channel(self) -> Channel:
        assert self._channel is not None, (
            "use it as a context manager: async with workspace.follow()"
        )
        return self._channel

    async def _catch_up(self) -> None:
        try:
            answer = await self._open_channel.changes(self._feed.given)
        except Gone:
            self._feed.restart(self._reloaded())
        except ClientFlowError as error:
            raise self._error or error from None
        else:
            self._feed.caught_up(answer.changes, self.board.seq)

    def _reloaded(self) -> Change:
        return Change(
            seq=self.board.seq,
            at=datetime.now(UTC),
            actor=ChangeActor("", "", "log"),
            entity="board",
            op="reloaded",
            id=self._workspace_id,
            version=self.board.seq,
            data={},
            command_id=None,
        )

    # What the channel tells.

    async def load(self) -> int:
        again = self._board is not None
        self._board = await read_board(self._rest, self._root)
        if again:
            self._feed.restart(self._reloaded())
            self._news.set()
        return self._board.seq

    def folded(self, change: Change) -> None:
        self.board.fold(change)
        self._feed.offer(change)
        self._news.set()

    def told(self, frame: object) -> None:
        if isinstance(frame, Presence):
            self._here(frame)
        for reply in self._replies:
            reply.told(frame)

    def joined(self, welcome: Welcome) -> None:
        self._user = welcome
        if self._state != PresenceState():
            self._open_channel.say_at_once(frame_text(PresenceFrame(self._state)))
        for reply in self._replies:
            reply.joined(welcome)

    def ended(self, error: BaseException | None) -> None:
        self._over, self._error = True, error
        self._news.set()
        for reply in self._replies:
            reply.ended(error)

    def _here(self, frame: Presence) -> None:
        if frame.users is not None:
            self._people = {person.id: person for person in frame.users}
        if frame.left is not None:
            self._people.pop(frame.left.id, None)
        for person in (frame.joined, frame.updated):
            if person is not None:
                self._people[person.id] = person


async def read_board(rest: Rest, root: str) -> Board:
    """The whole board. The first page's `seq` is read before all else: every change after it comes by the log."""
    # By creation: a page's end does not move when somebody drags a card meanwhile.
    query: dict[str, Value] = {"sort": "created_at", "limit": rest.limits.board_page_items}
    page = await rest.get(f"{root}/clients", Page[Client], query)
    seq, clients = page.seq or 0, list(page.items)
    while page.next_cursor is not None:
        page = await rest.get(
            f"{root}/clients", Page[Client], {**query, "cursor": page.next_cursor}
        )
        clients += page.items
    stages = [stage async for stage in rest.items(f"{root}/stages", Stage)]
    members = [member async for member in rest.items(f"{root}/members", Member)]
    return Board(seq, await rest.get(root, WorkspaceInfo), stages, members, clients)
