"""A script: it writes over REST and follows the board by long polls, each time on another instance."""

from __future__ import annotations

from http import HTTPStatus
from time import monotonic

import httpx

from tests.fault import rest
from tests.fault.history import Ended, Welcomed
from tests.fault.participant import Participant

POLL_WAIT_S = 2


class Script(Participant):
    """An epoch is a row of polls: from a loaded board, or from where the one before ended, without a hole."""

    async def follow(self) -> None:
        epoch = 0
        while True:
            epoch += 1
            await self._load_from(epoch)
            await self._poll(epoch)

    async def _load_from(self, epoch: int) -> None:
        self._held_back = []
        loading = len(self.history.events)
        await self._load(epoch)
        assert self.board is not None
        # The epoch begins with the board's seq, so its welcome can only be written now.
        welcome = Welcomed(epoch, "REST", self.board.seq, None, False, monotonic())
        self.history.events.insert(loading, welcome)

    async def _poll(self, epoch: int) -> None:
        """Poll until the log no longer reaches back."""
        failures = 0
        while True:
            node = self._random.choice(self._nodes)
            try:
                response = await rest.read_changes(
                    node.http, self.workspace_id, self._person.headers, self.seq, POLL_WAIT_S
                )
            except httpx.HTTPError:
                await self._pause(failures)
                failures += 1
                continue
            if response.status_code == HTTPStatus.GONE:
                self.history.note(Ended(epoch, None, "410", monotonic()))
                return
            if not response.is_success:
                await self._pause(failures)
                failures += 1
                continue
            failures = 0
            for change in response.json()["changes"]:
                self._take_change(epoch, change)
