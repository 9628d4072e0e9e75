"""A socket on a workspace's channel."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from tests.drivers.reply import SeenReply

Json = dict[str, Any]
T = TypeVar("T")

SUBPROTOCOL = Subprotocol("clientflow.v1")
PATIENCE_S = 10.0


class NotWelcome(Exception):
    """The server ended the channel instead of welcoming; `errors` are the problems it gave first."""

    def __init__(self, code: int | None, reason: str, errors: list[Json]) -> None:
        super().__init__(f"{code} {reason} {errors}")
        self.code = code
        self.reason = reason
        self.errors = errors


@dataclass(frozen=True)
class Answer:
    """The server's answer to a command: an `ack`, or an `error` with its problem."""

    frame: Json

    @property
    def problem(self) -> Json | None:
        return self.frame.get("problem")

    @property
    def status(self) -> int:
        """As REST would say it: 200 for an ack, else the problem's."""
        return 200 if self.problem is None else int(self.problem["status"])

    @property
    def result(self) -> Json:
        assert self.problem is None, self.problem
        result: Json = self.frame["result"]
        return result

    @property
    def version(self) -> int:
        assert self.problem is None, self.problem
        return int(self.frame["version"])

    @property
    def seq(self) -> int:
        assert self.problem is None, self.problem
        return int(self.frame["seq"])


class Board:
    """Keeps everything the server says, in order: `frames`, and sorted by kind the lists below."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[Json] = []
        self.changes: list[Json] = []
        self.presence: list[Json] = []
        self.errors: list[Json] = []  # problems that answer no command
        self.replies: dict[str, SeenReply] = {}  # of the assistant, by message
        self.welcome: Json | None = None
        self._answers: dict[str, list[Answer]] = {}
        self._changes_taken = 0
        self._heard = asyncio.Condition()
        self._ended = False
        self._listener = asyncio.create_task(self._listen())

    @classmethod
    async def connect(
        cls, url: str, *, headers: Mapping[str, str] | None = None, origin: str | None = None
    ) -> Self:
        """A channel that has not said hello. Raises websockets' `InvalidStatus` when refused."""
        socket = await connect(
            url,
            subprotocols=[SUBPROTOCOL],
            additional_headers=headers,
            origin=None if origin is None else Origin(origin),
            compression=None,
            ping_interval=None,
            max_size=None,
            max_queue=None,
            proxy=None,
        )
        return cls(socket)

    async def hello(self, token: str | None, since: int | None = None) -> Json:
        """Say hello and give the welcome back. Raises `NotWelcome`."""
        frame: Json = {"type": "hello", "since": since}
        if token is not None:
            frame["token"] = token
        await self.say(frame)
        return await self.welcomed()

    async def welcomed(self) -> Json:
        """The welcome, once it is there. Raises `NotWelcome`."""
        await self._until(lambda: self.welcome or self._ended, "neither welcome nor close")
        if self.welcome is None:
            raise NotWelcome(self.close_code, self.close_reason, self.errors)
        return self.welcome

    # Speaking

    async def say(self, frame: Json | str | bytes) -> None:
        """Send a frame; text and bytes go out as they are."""
        await self.socket.send(json.dumps(frame) if isinstance(frame, dict) else frame)

    async def post(self, op: str, *, command_id: str | None = None, **fields: Any) -> str:
        """Send a command and wait for nothing; gives its id."""
        command_id = command_id or str(uuid.uuid4())
        await self.say({"type": "command", "id": command_id, "op": op, **fields})
        return command_id

    async def command(self, op: str, *, command_id: str | None = None, **fields: Any) -> Answer:
        """Send a command and give the answer to it."""
        command_id = command_id or str(uuid.uuid4())
        known = len(self._answers.get(command_id, []))
        await self.post(op, command_id=command_id, **fields)
        return (await self.answers_to(command_id, known + 1))[known]

    async def answer(self, command_id: str) -> Answer:
        """The first answer to a command that was sent with `post`."""
        return (await self.answers_to(command_id, 1))[0]

    async def answers_to(self, command_id: str, count: int) -> list[Answer]:
        def answered() -> list[Answer] | None:
            answers = self._answers.get(command_id, [])
            return answers if len(answers) >= count else None

        return await self._until(answered, f"no answer to {command_id}")

    async def show(self, viewing: str | None = None, editing: Json | None = None) -> None:
        """Tell the others what one looks at."""
        await self.say({"type": "presence", "state": {"viewing": viewing, "editing": editing}})

    async def ping(self) -> None:
        """Returns when the server has answered everything that it was sent before, but commands."""
        pongs = self._count("pong")
        await self.say({"type": "ping"})
        await self._until(lambda: self._count("pong") > pongs, "no pong")

    # Listening

    async def next_change(self, timeout_s: float = PATIENCE_S) -> Json:
        """The first change that was not given out before."""
        taken = self._changes_taken
        await self._until(lambda: len(self.changes) > taken, "no change came", timeout_s)
        self._changes_taken += 1
        return self.changes[taken]

    async def changes_up_to(self, seq: int, timeout_s: float = PATIENCE_S) -> list[Json]:
        """Every change so far, once the one with `seq` has come."""
        await self._until(
            lambda: bool(self.changes) and self.changes[-1]["seq"] >= seq,
            f"change {seq} did not come",
            timeout_s,
        )
        return self.changes

    async def reply(self, message_id: str, timeout_s: float = PATIENCE_S) -> SeenReply:
        """The assistant's reply, once it has ended."""
        return await self.reply_when(message_id, lambda reply: reply.ended is not None, timeout_s)

    async def reply_when(
        self, message_id: str, met: Callable[[SeenReply], bool], timeout_s: float = PATIENCE_S
    ) -> SeenReply:
        """The assistant's reply, once it is as `met` wants it."""

        def told() -> SeenReply | None:
            reply = self.replies.get(message_id)
            return reply if reply is not None and met(reply) else None

        return await self._until(told, f"reply {message_id} did not come to that", timeout_s)

    async def person(self, event: str, user_id: str, timeout_s: float = PATIENCE_S) -> Json:
        """The latest presence entry that `joined`, `updated` or `left` gave of a user."""

        def told() -> Json | None:
            entries = [frame[event] for frame in self.presence if event in frame]
            return next((entry for entry in reversed(entries) if entry["id"] == user_id), None)

        return await self._until(told, f"nobody {event}", timeout_s)

    async def error(self) -> Json:
        """The latest problem that answers no command."""
        await self._until(lambda: bool(self.errors), "no error frame")
        return self.errors[-1]

    async def closed(self, timeout_s: float = PATIENCE_S) -> int | None:
        """The close code, once the channel has ended."""
        await self._until(lambda: self._ended, "the channel stayed open", timeout_s)
        return self.close_code

    @property
    def is_open(self) -> bool:
        return not self._ended

    @property
    def close_code(self) -> int | None:
        return self.socket.close_code

    @property
    def close_reason(self) -> str:
        return self.socket.close_reason or ""

    @property
    def seqs(self) -> list[int]:
        return [change["seq"] for change in self.changes]

    async def close(self) -> None:
        await self.socket.close()
        self._listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listener

    async def drop(self) -> None:
        """Break the connection without a word, as a lost network does."""
        self.socket.transport.abort()
        await self.closed()

    async def _listen(self) -> None:
        try:
            async for text in self.socket:
                self._take(json.loads(text))
                async with self._heard:
                    self._heard.notify_all()
        except ConnectionClosed:
            pass
        finally:
            self._ended = True
            async with self._heard:
                self._heard.notify_all()

    def _take(self, frame: Json) -> None:
        self.frames.append(frame)
        kind = frame["type"]
        if kind == "change":
            self.changes.append(frame)
        elif kind == "presence":
            self.presence.append(frame)
        elif kind == "assistant":
            self.replies.setdefault(frame["message_id"], SeenReply()).take(frame)
        elif kind == "welcome":
            self.welcome = frame
        elif frame.get("id") is not None:
            self._answers.setdefault(frame["id"], []).append(Answer(frame))
        elif kind == "error":
            self.errors.append(frame["problem"])

    def _count(self, kind: str) -> int:
        return sum(frame["type"] == kind for frame in self.frames)

    async def _until(
        self, told: Callable[[], T | None], complaint: str, timeout_s: float = PATIENCE_S
    ) -> T:
        try:
            async with asyncio.timeout(timeout_s), self._heard:
                while not (found := told()):
                    if self._ended:
                        raise AssertionError(
                            f"{complaint}: closed with {self.close_code} {self.close_reason}"
                        )
                    await self._heard.wait()
        except TimeoutError:
            raise AssertionError(f"{complaint} within {timeout_s:g} s") from None
        return found
