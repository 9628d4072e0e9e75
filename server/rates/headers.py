"""RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10), and how long to wait."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from server.policies import Policy


@dataclass(frozen=True)
class Quota:
    """How much of a policy is left: `left` now, and all of it again in `full_in_s` unless more is used."""

    policy: Policy
    left: int
    full_in_s: float


def headers_of(quotas: Iterable[Quota]) -> dict[str, str]:
    quotas = list(quotas)
    if not quotas:
        return {}
    return {
        "RateLimit-Policy": ", ".join(
            f'"{quota.policy.name}";q={quota.policy.count};w={quota.policy.seconds}'
            for quota in quotas
        ),
        "RateLimit": ", ".join(
            f'"{quota.policy.name}";r={max(0, quota.left)};t={math.ceil(quota.full_in_s)}'
            for quota in quotas
        ),
    }


def whole_seconds(wait_s: float) -> int:
    """As Retry-After gives it (RFC 9110, section 10.2.3), at least 1."""
    return max(1, math.ceil(wait_s))
