"""What a browser does: it follows the board on a channel, comes back with jitter when that ends, and writes on it.

A command that got no answer on the channel is repeated over REST.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.fault.cluster import Node
from tests.fault.history import Command, Ended, Json, Welcomed
from tests.fault.participant import Participant

ANSWER_WITHIN_S = 4.0
WELCOME_WITHIN_S = 10.0
SMALL_WINDOW_BYTES = 8 * 1024


@dataclass
class _Channel:
    epoch: int
    node: Node
    socket: ClientConnection
    waiting: dict[str, tuple[int, asyncio.Future[bool]]] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)


class Browser(Participant):
    """`drop_rate`: how often it drops its channel right after sending a command; `haste`: how often it repeats one
    over REST without waiting for the channel's answer."""

    def __init__(
        self,
        *args: Any,
        home: Node,
        drop_rate: float = 0.0,
        haste: float = 0.0,
        small_window: bool = False,
    ) -> None:
        super().__init__(*args)
        self.drop_rate = drop_rate
        self._haste = haste
        self.may_read = asyncio.Event()
        self.may_read.set()
        self._home: Node | None = home
        self._small_window = small_window
        self._epochs = 0
        self._channel: _Channel | None = None

    @property
    def instance(self) -> str | None:
        """Where its channel is now."""
        return None if self._channel is None else self._channel.node.name

    def drop(self) -> None:
        """Break the channel without a word, as a lost network does."""
        if self._channel is not None:
            self._channel.socket.transport.abort()

    # Following

    async def follow(self) -> None:
        failures = 0
        while True:
            node, self._home = self._home or self._random.choice(self._nodes), None
            with contextlib.suppress(OSError, WebSocketException):
                async with self._open_channel(node) as channel:
                    failures = 0
                    await self._listen(channel)
            await self._pause(failures)
            failures += 1

    @asynccontextmanager
    async def _open_channel(self, node: Node) -> AsyncIterator[_Channel]:
        """A channel that has been welcomed; the board is loaded beside it if need be."""
        async with connect(
            f"{node.socket_url}/{self.workspace_id}",
            sock=await self._connected_socket(node),
            compression=None,
            ping_interval=None,
            max_size=None,
            max_queue=1 if self._small_window else None,
            open_timeout=WELCOME_WITHIN_S,
            close_timeout=1.0,
            proxy=None,
        ) as socket:
            self._epochs += 1
            channel = _Channel(self._epochs, node, socket)
            try:
                resumed = await self._say_hello(channel)
                async with self._loading(channel, wanted=not resumed):
                    self._channel = channel
                    yield channel
            finally:
                self._channel = None
                self._give_up_waiting(channel)
                code, reason = socket.close_code, socket.close_reason or ""
                self.history.note(Ended(channel.epoch, code, reason, monotonic()))

    async def _say_hello(self, channel: _Channel) -> bool:
        """Whether the channel goes on from the board that there is. Raises `ConnectionClosed`."""
        since = None if self.board is None else self.board.seq
        hello = {"type": "hello", "token": self._person.token, "since": since}
        await channel.socket.send(json.dumps(hello))
        async with asyncio.timeout(WELCOME_WITHIN_S):
            while (frame := json.loads(await channel.socket.recv()))["type"] != "welcome":
                pass  # an error; the close follows
        resumed = bool(frame["resumed"])
        self.history.note(
            Welcomed(channel.epoch, channel.node.name, frame["seq"], since, resumed, monotonic())
        )
        return resumed

    @asynccontextmanager
    async def _loading(self, channel: _Channel, *, wanted: bool) -> AsyncIterator[None]:
        if not wanted:
            yield
            return
        self.board, self._held_back = None, []
        loading = asyncio.create_task(self._load(channel.epoch))
        try:
            yield
        finally:
            loading.cancel()
            await asyncio.wait({loading})
            if not loading.cancelled():
                loading.result()

    async def _connected_socket(self, node: Node) -> sockets.socket | None:
        """With a small window, a reader that stalls is noticed soon."""
        if not self._small_window:
            return None
        connection = sockets.socket()
        connection.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, SMALL_WINDOW_BYTES)
        connection.setblocking(False)
        address = ("127.0.0.1", node.server.port)
        try:
            await asyncio.get_running_loop().sock_connect(connection, address)
        except BaseException:
            connection.close()
            raise
        return connection

    async def _listen(self, channel: _Channel) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.may_read.wait()
                text = str(await channel.socket.recv())
                frame = json.loads(text)
                if frame["type"] == "change":
                    self._take_change(channel.epoch, frame, text)
                elif frame["type"] in ("ack", "error") and frame["id"] is not None:
                    self._take_answer(channel, frame)

    # Writing

    async def carry_out(self, command: Command) -> None:
        tries = []
        if (channel := self._channel) is not None:
            tries.append(self._over_channel(channel, command))
            if self.chooser.decides(self._haste):
                tries.append(self._over_rest(command, self._random.choice(self._nodes)))
        if not any(await asyncio.gather(*tries)):
            await self.repeat_until_known(command)

    async def _over_channel(self, channel: _Channel, command: Command) -> bool:
        attempt = self._note_sent(command, "socket", channel.node.name, channel.epoch)
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        channel.waiting[command.id] = attempt, answer
        channel.attempts[command.id] = attempt
        drops = self.chooser.decides(self.drop_rate)
        try:
            frame = {"type": "command", "id": command.id, **command.body}
            await channel.socket.send(json.dumps(frame))
            if drops:
                channel.socket.transport.abort()
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await answer
        except ConnectionClosed as error:
            reason = repr(error)
        except TimeoutError:
            reason = f"no answer within {ANSWER_WITHIN_S:g} s"
        if channel.waiting.pop(command.id, None) is not None:
            self._note_unknown(command.id, attempt, reason)
        return False

    def _take_answer(self, channel: _Channel, frame: Json) -> None:
        """An answer, perhaps to a command that is not waited for any more."""
        command_id = frame["id"]
        attempt = channel.attempts[command_id]
        if frame["type"] == "ack":
            known = True
            self._note_acknowledged(
                command_id, attempt, frame["seq"], frame["version"], frame["result"]
            )
        else:
            problem = frame["problem"]
            known = self._note_problem(command_id, attempt, problem["status"], problem["detail"])
        _, answer = channel.waiting.pop(command_id, (attempt, None))
        if answer is not None and not answer.done():
            answer.set_result(known)

    def _give_up_waiting(self, channel: _Channel) -> None:
        while channel.waiting:
            command_id, (attempt, answer) = channel.waiting.popitem()
            self._note_unknown(command_id, attempt, "the channel ended")
            if not answer.done():
                answer.set_result(False)
