"""Token buckets by key, of which a bounded number is kept."""

from __future__ import annotations

from collections import OrderedDict

from realtime.rate import TokenBucket
from server.policies import Policy


class Buckets:
    """The bucket of each key under one policy. The longest unused makes room, and is full when it comes again."""

    def __init__(self, policy: Policy, max_keys: int) -> None:
        self.policy = policy
        self._max_keys = max_keys
        self._kept: OrderedDict[str, TokenBucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, key: str, now: float, tokens: float = 1.0) -> bool:
        """Take so many tokens from the bucket of `key`; False when it has too few."""
        return self._of(key, now).take(now, tokens)

    def drain(self, key: str, now: float, tokens: float) -> None:
        """Take what was used elsewhere, as far as there is any."""
        self._of(key, now).drain(now, tokens)

    def wait_s(self, key: str, now: float) -> float:
        """How long until the bucket of `key` has a token."""
        return self._of(key, now).wait_s(now)

    def left(self, key: str, now: float) -> int:
        return int(self._of(key, now).level(now))

    def _of(self, key: str, now: float) -> TokenBucket:
        bucket = self._kept.get(key)
        if bucket is None:
            bucket = self._kept[key] = TokenBucket(self.policy.per_s, self.policy.count, now)
            if len(self._kept) > self._max_keys:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return bucket
