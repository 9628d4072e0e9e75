"""Guessing passwords (OWASP ASVS 2.2.1): failures are counted, a success forgets them."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable

from server.errors import TooMany, Unauthorized
from server.policies import Policies, Policy
from server.rates.shared import SharedCounts

_KNOWN = "login-known"


class SignIns:
    """Three windows of failures.

    - Of an account from one address: few. They lock out whoever guesses there, and the owner nowhere else.
    - Of an account from anywhere: against guessing from many addresses. An address from which the account has been
      signed in to is let through, so that such guessing does not lock its owner out.
    - Of an address: against trying many accounts.

    What counts is the email given, whether or not there is such an account.
    """

    def __init__(
        self, policies: Policies, shared: SharedCounts, refuse: Callable[[Policy, float], TooMany]
    ) -> None:
        self._pair = policies.login_pair
        self._account = policies.login_account
        self._address = policies.login_address
        self._shared = shared
        self._refuse = refuse
        self._in_flight: Counter[tuple[str, str]] = Counter()

    @contextlib.asynccontextmanager
    async def attempt(self, email: str, address: str) -> AsyncIterator[None]:
        """One attempt: it failed if the block raises `Unauthorized`. Raises `TooMany` before it may begin."""
        pair = f"{email}\0{address}"
        keys = [(self._pair, pair), (self._account, email)]
        if address:
            keys.append((self._address, address))
        counted = [(policy.name, key) for policy, key in keys]
        self._in_flight.update(counted)
        try:
            for policy, key in keys:
                await self._admit(policy, key, pair)
            try:
                yield
            except Unauthorized:
                for policy, key in keys:
                    await self._shared.hit(policy, key)
                raise
            await self._shared.clear(self._pair, pair)
            await self._shared.clear(self._account, email)
            await self._shared.mark(_KNOWN, pair)
        finally:
            for one in counted:
                self._in_flight[one] -= 1
                if not self._in_flight[one]:
                    del self._in_flight[one]

    def left(self, email: str, address: str) -> int:
        """How many failures this address has left for the account, as far as this instance knows."""
        return max(0, self._shared.left_here(self._pair, f"{email}\0{address}"))

    async def _admit(self, policy: Policy, key: str, pair: str) -> None:
        """Attempts that run are counted as failures until they are over, lest many at once go through."""
        used = await self._shared.used(policy, key)
        if used + self._in_flight[policy.name, key] <= policy.count:
            return
        if policy is self._account and await self._shared.is_marked(_KNOWN, pair):
            return
        wait_s = await self._shared.wait_s(policy, key) if used >= policy.count else 1.0
        raise self._refuse(policy, wait_s)
