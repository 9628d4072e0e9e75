"""What a request, a command, a frame and a socket cost, and who has had too much."""

from __future__ import annotations

import contextlib
import logging
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable

from realtime.session import FLOOD_REST_S
from server.errors import TooMany
from server.identity.recent import Recent
from server.limits import Limits
from server.policies import (
    ADDRESS_BY_RATE,
    RATE_OF_COMMAND,
    SHARED_BY_RATE,
    By,
    Policy,
)
from server.rates.buckets import Buckets
from server.rates.headers import Quota, headers_of, whole_seconds
from server.rates.places import (
    GREETINGS_OF_ADDRESS,
    SOCKETS_OF_ADDRESS,
    SOCKETS_OF_USER,
    SOCKETS_OF_WORKSPACE,
    Places,
)
from server.rates.shared import SharedCounts
from server.rates.sign_in import SignIns

logger = logging.getLogger("clientflow.rates")

_TOLD_AGAIN_S = 60.0
NOISY = 0.02  # of the frames that a user may send


class Rates:
    """Says no by raising `TooMany`, and keeps count of it in `refused`, by policy.

    `factor` scales every policy and every number of places; 0: there are no limits.
    """

    def __init__(
        self,
        limits: Limits,
        shared: SharedCounts,
        *,
        factor: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.enabled = factor > 0
        self.policies = limits.rates.scaled(factor) if self.enabled else limits.rates
        self.refused: Counter[str] = Counter()
        self._shared = shared
        self._clock = clock
        self._buckets = {
            policy.name: Buckets(policy, limits.max_keys_counted)
            for policy in self.policies
            if not policy.shared
        }
        self._places = {
            name: Places(most * factor if self.enabled else math.inf)
            for name, most in (
                (SOCKETS_OF_ADDRESS, limits.max_sockets_per_address),
                (GREETINGS_OF_ADDRESS, limits.max_greetings_per_address),
                (SOCKETS_OF_USER, limits.max_sockets_per_user),
                (SOCKETS_OF_WORKSPACE, limits.max_sockets_per_workspace),
            )
        }
        self._flooding: Recent[str, float] = Recent(limits.max_keys_counted, FLOOD_REST_S, clock)
        self._told_at: dict[str, float] = {}
        self._sign_ins = SignIns(self.policies, shared, self._refusal)

    # Requests

    def arrive(self, address: str) -> None:
        """A request, before anything is known of it but where it comes from."""
        if self.enabled and address:
            self._take(self.policies.request_address, address)

    async def charge(
        self, rate: str, *, writes: bool, address: str, user_id: str, workspace_id: str = ""
    ) -> dict[str, str]:
        """What an endpoint costs whoever calls it; the headers that tell what is left.

        `workspace_id` is given where the caller is known to be a member and no command is run, which is charged by
        itself.
        """
        if not self.enabled:
            return {}
        keys = {"address": address, "user": user_id, "workspace": workspace_id}
        names = ["write_user" if writes else "read_user"]
        names += ADDRESS_BY_RATE.get(rate, ()) + SHARED_BY_RATE.get(rate, ())
        quotas = []
        for policy in (getattr(self.policies, name) for name in names):
            if not (key := keys[policy.by]):
                continue
            if not policy.shared:
                self._take(policy, key)
            elif not await self._shared.hit(policy, key):
                raise self._refusal(policy, await self._shared.wait_s(policy, key), key)
            quotas.append(self._quota(policy, key))
        return headers_of(quotas)

    @contextlib.asynccontextmanager
    async def sign_in(self, email: str, address: str) -> AsyncIterator[None]:
        """An attempt to sign in, which fails by raising `Unauthorized`."""
        if not self.enabled:
            yield
            return
        async with self._sign_ins.attempt(email, address):
            yield

    # The channel

    def handshake(self, address: str) -> None:
        if self.enabled and address:
            self._take(self.policies.socket_address, address)

    def enter(self, places: str, key: str) -> None:
        if not self._places[places].enter(key):
            raise self._refused(places, f"There are too many connections ({places}).", 5.0, key)

    def leave(self, places: str, key: str) -> None:
        self._places[places].leave(key)

    def take_frame(self, address: str, user_id: str) -> bool:
        """Whether a frame may come; if not, its user is not let in again for some seconds."""
        if not self.enabled:
            return True
        now = self._clock()
        for policy, key in (
            (self.policies.frame_user, user_id),
            (self.policies.frame_address, address),
        ):
            if key and not self._buckets[policy.name].take(key, now):
                self._count(policy.name, key)
                self.flooded(user_id)
                return False
        return True

    def is_noisy(self, user_id: str) -> bool:
        """Whether this user has sent a good part of the frames that one may."""
        if not self.enabled:
            return False
        policy = self.policies.frame_user
        return self._buckets[policy.name].left(user_id, self._clock()) < policy.count * (1 - NOISY)

    def flooded(self, user_id: str) -> None:
        """This user's socket is closed for what came over it."""
        if user_id and self.enabled:
            self._flooding.put(user_id, self._clock() + FLOOD_REST_S)

    def join(self, user_id: str) -> None:
        """A user who has been recognised on a socket."""
        if (until := self._flooding.get(user_id)) is not None:
            wait_s = until - self._clock()
            raise self._refused(
                "flooding", "You sent too many frames: wait a moment.", wait_s, user_id
            )

    def command_by(self, user_id: str, op: str) -> None:
        """A command on the channel, which has no time to wait for Redis."""
        self._charge_command("user", user_id, op)

    def command_in(self, op: str, workspace_id: str) -> None:
        """A command by somebody who may give it: strangers use nothing up."""
        self._charge_command("workspace", workspace_id, op)

    def _charge_command(self, by: By, key: str, op: str) -> None:
        if not self.enabled:
            return
        names = (
            "write_user",
            "write_workspace",
            *SHARED_BY_RATE.get(RATE_OF_COMMAND.get(op, ""), ()),
        )
        for policy in (getattr(self.policies, name) for name in names):
            if policy.by != by:
                continue
            if not policy.shared:
                self._take(policy, key)
            elif not self._shared.hit_at_once(policy, key):
                raise self._refusal(policy, self._shared.wait_here_s(policy, key), key)

    def _take(self, policy: Policy, key: str) -> None:
        buckets, now = self._buckets[policy.name], self._clock()
        if not buckets.take(key, now):
            raise self._refusal(policy, buckets.wait_s(key, now), key)

    def _quota(self, policy: Policy, key: str) -> Quota:
        if policy.shared:
            return Quota(policy, self._shared.left_here(policy, key), policy.seconds)
        left = self._buckets[policy.name].left(key, self._clock())
        return Quota(policy, left, (policy.count - left) / policy.per_s)

    def _refusal(self, policy: Policy, wait_s: float, key: str = "") -> TooMany:
        detail = f"Too often: {policy.name} allows {policy.count:,} in {policy.seconds:,} s."
        error = self._refused(policy.name, detail, wait_s, key)
        error.headers |= headers_of([Quota(policy, 0, wait_s)])
        return error

    def _refused(self, name: str, detail: str, wait_s: float, key: str) -> TooMany:
        self._count(name, key)
        return TooMany(detail, retry_after_s=whole_seconds(wait_s))

    def _count(self, name: str, key: str) -> None:
        self.refused[name] += 1
        now = self._clock()
        if now >= self._told_at.get(name, -math.inf):
            self._told_at[name] = now + _TOLD_AGAIN_S
            logger.warning("%s is exceeded%s", name, f" by {key}" if key else "")
