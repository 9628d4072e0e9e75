"""A workspace's channel: carries out what `Following` decides. It comes back by itself until it is closed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from clientflow.errors import ClientFlowError, may_pass, refused
from clientflow.following import (
    Dial,
    Effect,
    End,
    Fold,
    Following,
    HangUp,
    Join,
    Load,
    Lose,
    Renew,
    Settle,
    StartPolling,
    Status,
    StopPolling,
    Tell,
    Transmit,
)
from clientflow.frames import command_text, frame_text
from clientflow.pace import retry_delay_s
from clientflow.rest import Rest, decoded, segment
from realtime.messages import (
    SUBPROTOCOL,
    Ack,
    AnyCommand,
    Change,
    ErrorFrame,
    Hello,
    Welcome,
)

T = TypeVar("T")


class Listener(Protocol):
    """Whom a channel tells. All but `load` return at once."""

    async def load(self) -> int:
        """Read the board anew; gives its seq."""

    def folded(self, change: Change) -> None: ...

    def told(self, frame: object) -> None: ...

    def joined(self, welcome: Welcome) -> None: ...

    def ended(self, error: BaseException | None) -> None:
        """None: it was closed."""


class ChangesAnswer(msgspec.Struct, frozen=True):
    changes: list[Change]
    seq: int


class Channel:
    """`seq` None: no board is kept, only what is new is told."""

    def __init__(self, rest: Rest, workspace_id: str, listener: Listener, seq: int | None) -> None:
        self._rest = rest
        self._limits = rest.limits
        self._listener = listener
        self.root = f"/workspaces/{segment(workspace_id)}"
        self._url = f"ws{rest.origin.removeprefix('http')}/ws{self.root}"
        self._machine = Following(seq, rest.limits, rest.chance)
        self._runner: asyncio.Task[None] | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Event()
        self._over: ClientFlowError | None = None
        self._closing = False
        self._token = ""
        self._number = 0  # of the socket: what an earlier one still says counts no more
        self._socket_task: asyncio.Task[None] | None = None
        self._poll_task: asyncio.Task[None] | None = None
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._answers: dict[str, asyncio.Future[Ack | ErrorFrame | None]] = {}
        self._places = asyncio.Semaphore(rest.limits.max_commands_waiting)

    @property
    def status(self) -> Status:
        return self._machine.status

    def open(self) -> None:
        self._runner = asyncio.create_task(self._run(), name="clientflow-channel")

    async def close(self) -> None:
        self._closing = True
        self._turn.set()
        if self._runner is not None:
            await asyncio.wait([self._runner])

    async def submit(self, command: AnyCommand, type_: type[T], key: str) -> T:
        """On the socket while there is one; over REST, under the same key, otherwise and when no answer comes."""
        text = command_text(key, command)
        if self._machine.live and len(text.encode()) <= self._limits.max_frame_bytes:
            async with self._places:
                answer = await self._over_socket(key, text)
            if isinstance(answer, Ack):
                return decoded(bytes(answer.result), type_)
            if isinstance(answer, ErrorFrame):
                error = refused(answer.problem)
                if not error.passing:
                    raise error
        return await self._rest.submit(self.root, command, type_, key)

    async def say(self, text: str) -> None:
        """A frame that needs no answer; without a socket it is dropped."""
        if self._machine.live:
            await self._outgoing.put(text)

    def say_at_once(self, text: str) -> None:
        """The same where nobody can wait; a peer that reads nothing is soon found silent."""
        with contextlib.suppress(asyncio.QueueFull):
            self._outgoing.put_nowait(text)

    async def _over_socket(self, key: str, text: str) -> Ack | ErrorFrame | None:
        answer = asyncio.get_running_loop().create_future()
        self._answers[key] = answer
        try:
            async with asyncio.timeout(self._limits.ack_timeout_s):
                await self._outgoing.put(text)
                settled: Ack | ErrorFrame | None = await answer
                return settled
        except TimeoutError:
            return None
        finally:
            self._answers.pop(key, None)

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._perform(self._machine.start(self._now()))
                while not (self._closing or self._over):
                    self._turn.clear()
                    await self._until(self._machine.deadline)
                    self._perform(self._machine.tick(self._now()))
                for task in list(self._running):
                    task.cancel()
        except BaseExceptionGroup as group:
            self._end(group.exceptions[0])
        except asyncio.CancelledError:
            self._end(None)
            raise
        else:
            self._end(self._over)

    def _end(self, error: BaseException | None) -> None:
        self._lose()
        self._listener.ended(error)

    async def _until(self, deadline: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                await self._turn.wait()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Dial(since):
                    self._hang_up()
                    self._number += 1
                    self._socket_task = self._task(self._converse(self._number, since))
                case Transmit(text):
                    self.say_at_once(text)
                case HangUp():
                    self._hang_up()
                case Renew():
                    self._task(self._renew())
                case Load():
                    self._task(self._load())
                case StartPolling():
                    self._poll_task = self._task(self._poll())
                case StopPolling():
                    self._stop_polling()
                case Join(welcome):
                    self._machine.token_lasts(self._rest.tokens.seconds_left(), self._now())
                    self._listener.joined(welcome)
                case Fold(change):
                    self._listener.folded(change)
                case Tell(frame):
                    self._listener.told(frame)
                case Settle(answer):
                    self._settle(answer)
                case Lose():
                    self._lose()
                case End(error):
                    self._over = error
        self._turn.set()

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        assert self._tasks is not None
        task = self._tasks.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def _hang_up(self) -> None:
        self._number += 1
        if self._socket_task is not None and self._socket_task is not asyncio.current_task():
            self._socket_task.cancel()
        self._socket_task = None

    def _stop_polling(self) -> None:
        if self._poll_task is not None and self._poll_task is not asyncio.current_task():
            self._poll_task.cancel()
        self._poll_task = None

    def _settle(self, answer: Ack | ErrorFrame) -> None:
        waiting = self._answers.get(answer.id) if answer.id is not None else None
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def _lose(self) -> None:
        for waiting in self._answers.values():
            if not waiting.done():
                waiting.set_result(None)

    async def _converse(self, number: int, since: int | None) -> None:
        """One socket's life, from dialling to its end."""
        code: int | None = None
        try:
            self._token = token = await self._rest.tokens.usable()
            async with connect(
                self._url,
                subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
                open_timeout=self._limits.connect_timeout_s,
                close_timeout=self._limits.close_timeout_s,
                ping_interval=None,
                max_size=None,
            ) as socket:
                await socket.send(frame_text(Hello(token, since)))
                await self._read(number, socket)
                code = socket.close_code
        except ClientFlowError as error:
            if self._number == number and not may_pass(error):
                self._perform(self._machine.failed(error, self._now()))
                return
        except (OSError, TimeoutError, WebSocketException):
            pass
        if self._number == number:
            self._perform(self._machine.closed(code, self._now()))

    async def _read(self, number: int, socket: ClientConnection) -> None:
        self._outgoing = asyncio.Queue(self._limits.max_frames_waiting)
        writer = self._task(_write(socket, self._outgoing))
        try:
            async for raw in socket:
                self._perform(self._machine.received(raw, self._now()))
                if self._number != number:
                    return
        except ConnectionClosed:
            pass
        finally:
            writer.cancel()

    async def _renew(self) -> None:
        tokens = self._rest.tokens
        try:
            self._token = token = await tokens.renewed(self._token)
        except ClientFlowError as error:
            self._perform(self._machine.failed(error, self._now()))
        else:
            self._perform(self._machine.renewed(token, tokens.seconds_left(), self._now()))

    async def _load(self) -> None:
        try:
            seq = await self._listener.load()
        except ClientFlowError as error:
            self._perform(self._machine.failed(error, self._now()))
        else:
            self._perform(self._machine.loaded(seq, self._now()))

    async def _poll(self) -> None:
        attempt, wait_s = 0, 0
        while not self._over:
            asked_at, since = self._now(), self._machine.seq or 0
            try:
                answer = await self.changes(since, wait_s)
            except ClientFlowError as error:
                self._perform(self._machine.failed(error, self._now()))
                await asyncio.sleep(retry_delay_s(attempt, self._limits, self._rest.chance))
                attempt, wait_s = attempt + 1, 0
                continue
            attempt, wait_s = 0, self._limits.poll_wait_s
            self._perform(self._machine.polled(answer.changes, self._now()))
            # A proxy may answer at once and empty; that must not become a busy loop.
            if self._machine.seq == since:
                await asyncio.sleep(asked_at + self._limits.min_poll_interval_s - self._now())

    async def changes(self, since: int, wait_s: int = 0) -> ChangesAnswer:
        """A page of the log after `since`. Raises `Gone` when it does not reach back."""
        query = {"since": since, "limit": self._limits.changes_page, "wait": wait_s}
        timeout_s = self._limits.request_timeout_s + wait_s
        return await self._rest.get(
            f"{self.root}/changes", ChangesAnswer, query, timeout_s=timeout_s
        )


async def _write(socket: ClientConnection, outgoing: asyncio.Queue[str]) -> None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            await socket.send(await outgoing.get())
