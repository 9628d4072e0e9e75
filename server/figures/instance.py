"""The figures of one instance: of this process, or of all that serve under the same parent."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence

from server.figures.families import Family
from server.figures.workers import Workers, shared_folder

logger = logging.getLogger("clientflow.figures")
WRITTEN_EACH_S = 1.0


class InstanceFigures:
    """`several`: other processes serve the same address, so that a scrape finds now this one, now another."""

    def __init__(self, read: Callable[[], Sequence[Family]], *, several: bool) -> None:
        self._read = read
        self._several = several
        self._workers: Workers | None = None

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Share them with the others for the block. Where no folder can be shared, each tells of itself."""
        if self._several:
            try:
                workers = Workers(shared_folder(), self._read)
                workers.open()
                self._workers = workers
            except OSError as error:
                logger.warning("/metrics is of one process at a time: %s", error)
        try:
            yield
        finally:
            if self._workers is not None:
                with contextlib.suppress(OSError):
                    self._workers.close()

    async def keep_writing(self) -> None:
        """For ever. What a process counts after its last writing is lost if it is killed."""
        while self._workers is not None:
            await asyncio.sleep(WRITTEN_EACH_S)
            try:
                self._workers.write()
            except OSError as error:
                logger.warning("figures are not shared for now: %s", error)

    async def together(self) -> Sequence[Family]:
        """Those of all processes; of this one alone where it is alone or nothing can be shared. Never raises."""
        if self._workers is None:
            return self._read()
        try:
            self._workers.write()
            return await asyncio.to_thread(self._workers.together)
        except OSError as error:
            logger.warning("/metrics is of one process: %s", error)
            return self._read()
