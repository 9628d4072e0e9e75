"""Group commit: commands of a workspace that wait together share one transaction.

The first command is carried out at once, alone. Those that come meanwhile wait, and are carried out together next
(DeWitt et al., "Implementation techniques for main memory database systems", 1984).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from server.errors import Unavailable

O = TypeVar("O")  # noqa: E741 - an order
A = TypeVar("A")  # its answer
Commit = Callable[[str, Sequence[O]], Awaitable[Sequence[A | Exception]]]


TOO_MANY_WAIT = "Too many changes of this workspace wait for the database: repeat it in a moment."


class GroupCommit(Generic[O, A]):
    """Orders of a workspace, carried out in the order of coming; those of different workspaces at the same time.

    `commit` carries out some orders of one workspace and gives an answer or an error for each. `alone` tells the
    orders that share no transaction. At most `max_together` are carried out at once and `max_queued` wait; what has
    waited `patience_s` for its turn is refused.
    """

    def __init__(
        self,
        commit: Commit[O, A],
        *,
        alone: Callable[[O], bool],
        max_together: int,
        max_queued: int,
        patience_s: float,
    ) -> None:
        self._commit = commit
        self._alone = alone
        self._max_together = max_together
        self._max_queued = max_queued
        self._patience_s = patience_s
        self._queues: dict[str, _Queue[O, A]] = {}

    def submit(self, workspace_id: str, order: O) -> asyncio.Future[A]:
        """The answer to come. Whoever cancels it does not stop the order.

        It raises what `commit` gave for the order, and `Unavailable` where its turn did not come in time.
        Raises `Unavailable` when too many wait already.
        """
        queue = self._queues.get(workspace_id)
        if queue is None:
            queue = self._queues[workspace_id] = _Queue(self._patience_s)
            queue.runner = asyncio.create_task(self._run(workspace_id, queue))
        if len(queue) >= self._max_queued:
            raise Unavailable(TOO_MANY_WAIT)
        return queue.put(order)

    @property
    def waiting(self) -> int:
        return sum(map(len, self._queues.values()))

    async def finish(self, timeout_s: float) -> None:
        """Wait for the orders that are there; give up what a silent database holds up."""
        runners = [queue.runner for queue in self._queues.values()]
        if runners:
            _, late = await asyncio.wait(runners, timeout=timeout_s)
            for runner in late:
                runner.cancel()
            if late:
                await asyncio.wait(late, timeout=timeout_s / 2)

    async def _run(self, workspace_id: str, queue: _Queue[O, A]) -> None:
        try:
            while queue:
                batch = queue.take(self._max_together, self._alone)
                answers = await self._answers(workspace_id, batch)
                for waiting, answer in zip(batch, answers, strict=True):
                    waiting.settle(answer)
        finally:
            del self._queues[workspace_id]
            queue.close()

    async def _answers(
        self, workspace_id: str, batch: Sequence[_Waiting[O, A]]
    ) -> Sequence[A | Exception]:
        try:
            return await self._commit(workspace_id, [waiting.order for waiting in batch])
        except Exception as error:
            return [error] * len(batch)
        except asyncio.CancelledError:
            for waiting in batch:
                waiting.settle(Unavailable())
            raise


class _Waiting(Generic[O, A]):
    __slots__ = ("answer", "order", "since")

    def __init__(self, order: O, since: float, answer: asyncio.Future[A]) -> None:
        self.order = order
        self.since = since
        self.answer = answer

    def settle(self, answer: A | Exception) -> None:
        if self.answer.done():  # the sender has gone
            return
        if isinstance(answer, Exception):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


class _Queue(Generic[O, A]):
    """What waits for one workspace's turn, and the one timer that bounds the wait."""

    runner: asyncio.Task[None]

    def __init__(self, patience_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._patience_s = patience_s
        self._waiting: deque[_Waiting[O, A]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, order: O) -> asyncio.Future[A]:
        answer: asyncio.Future[A] = self._loop.create_future()
        now = self._loop.time()
        self._waiting.append(_Waiting(order, now, answer))
        if self._timer is None:
            self._timer = self._loop.call_at(now + self._patience_s, self._refuse_late)
        return answer

    def take(self, count: int, alone: Callable[[O], bool]) -> list[_Waiting[O, A]]:
        """The next orders that may share a transaction."""
        batch = [self._waiting.popleft()]
        if not alone(batch[0].order):
            while self._waiting and len(batch) < count and not alone(self._waiting[0].order):
                batch.append(self._waiting.popleft())
        return batch

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        while self._waiting:
            self._waiting.popleft().settle(Unavailable())

    def _refuse_late(self) -> None:
        oldest = self._loop.time() - self._patience_s
        while self._waiting and self._waiting[0].since <= oldest:
            self._waiting.popleft().settle(Unavailable(TOO_MANY_WAIT))
        self._timer = (
            self._loop.call_at(self._waiting[0].since + self._patience_s, self._refuse_late)
            if self._waiting
            else None
        )
