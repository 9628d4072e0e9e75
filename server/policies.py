"""The policies: how often something may be done, by whom, and which of them an endpoint or a frame falls under."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Literal

By = Literal["address", "user", "workspace", "account", "account and address"]


@dataclass(frozen=True)
class Policy:
    """`count` in `seconds`, for each of what it is counted by.

    A policy that is `shared` holds for all instances together and for any stretch of `seconds`. Any other is counted on
    each instance: `count` at once, then as many as come back in an even flow, `count` in `seconds`.
    """

    name: str
    by: By
    count: int
    seconds: int
    shared: bool = False

    @property
    def per_s(self) -> float:
        return self.count / self.seconds

    def scaled(self, factor: float) -> Policy:
        return replace(self, count=max(1, math.ceil(self.count * factor)))


_MINUTE, _HOUR = 60, 3_600


@dataclass(frozen=True)
class Policies:
    """Generous for people: a team behind one address signs in at nine and comes back together after a restart."""

    # Wrong passwords. OWASP ASVS 2.2.1: no more than 100 an hour on one account.
    login_pair: Policy = Policy("login-pair", "account and address", 10, 15 * _MINUTE, shared=True)
    login_account: Policy = Policy("login-account", "account", 100, _HOUR, shared=True)
    login_address: Policy = Policy("login-address", "address", 200, 15 * _MINUTE, shared=True)

    password_user: Policy = Policy("password-user", "user", 20, _HOUR, shared=True)
    register_address: Policy = Policy("register-address", "address", 600, _HOUR, shared=True)
    invite_user: Policy = Policy("invite-user", "user", 300, _HOUR, shared=True)
    invite_workspace: Policy = Policy("invite-workspace", "workspace", 1_200, _HOUR, shared=True)
    import_user: Policy = Policy("import-user", "user", 120, _HOUR, shared=True)
    import_workspace: Policy = Policy("import-workspace", "workspace", 240, _HOUR, shared=True)
    assistant_user: Policy = Policy("assistant-user", "user", 120, 10 * _MINUTE, shared=True)
    assistant_workspace: Policy = Policy(
        "assistant-workspace", "workspace", 600, 10 * _MINUTE, shared=True
    )
    webhook_test_user: Policy = Policy("webhook-test-user", "user", 60, 10 * _MINUTE, shared=True)
    webhook_test_workspace: Policy = Policy(
        "webhook-test-workspace", "workspace", 120, 10 * _MINUTE, shared=True
    )

    request_address: Policy = Policy("request-address", "address", 20_000, 10)
    refresh_address: Policy = Policy("refresh-address", "address", 2_000, 40)
    read_user: Policy = Policy("read-user", "user", 10_000, 20)
    write_user: Policy = Policy("write-user", "user", 10_000, 20)
    write_workspace: Policy = Policy("write-workspace", "workspace", 40_000, 20)
    socket_address: Policy = Policy("socket-address", "address", 3_000, 30)
    frame_address: Policy = Policy("frame-address", "address", 50_000, 10)
    frame_user: Policy = Policy("frame-user", "user", 20_000, 10)

    def __iter__(self) -> Iterator[Policy]:
        return (getattr(self, one.name) for one in fields(self))

    def scaled(self, factor: float) -> Policies:
        return Policies(
            **{one.name: getattr(self, one.name).scaled(factor) for one in fields(self)}
        )


# What falls under more than the policies of every read or write, by an endpoint's `rate`.
ADDRESS_BY_RATE = {"register": ("register_address",), "refresh": ("refresh_address",)}
SHARED_BY_RATE = {
    "invite": ("invite_user", "invite_workspace"),
    "password": ("password_user",),
    "import": ("import_user", "import_workspace"),
    "assistant": ("assistant_user", "assistant_workspace"),
    "webhook-test": ("webhook_test_user", "webhook_test_workspace"),
}
# The same for commands on the channel.
RATE_OF_COMMAND = {"invite.create": "invite", "assistant.ask": "assistant"}
