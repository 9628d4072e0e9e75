"""The numbers, and how they are told."""

import re

from server.api.registry import ENDPOINTS
from server.permissions import MINIMUM_ROLE
from server.policies import (
    ADDRESS_BY_RATE,
    RATE_OF_COMMAND,
    SHARED_BY_RATE,
    Policies,
    Policy,
)
from server.rates.headers import Quota, headers_of, whole_seconds

POLICIES = Policies()


def test_no_more_than_a_hundred_passwords_an_hour_are_tried_on_one_account() -> None:
    """OWASP ASVS 4.0, 2.2.1."""
    policy = POLICIES.login_account
    assert (policy.by, policy.count, policy.seconds) == ("account", 100, 3600)
    assert POLICIES.login_pair.count < 20


def test_every_policy_has_a_name_of_its_own_that_says_by_what_it_counts() -> None:
    names = [policy.name for policy in POLICIES]
    assert len(names) == len(set(names))
    for policy in POLICIES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", policy.name)
        by = "pair" if policy.by == "account and address" else policy.by
        assert policy.name.endswith(f"-{by}")


def test_every_rate_of_an_endpoint_or_command_names_policies_that_there_are() -> None:
    known = {"default", *ADDRESS_BY_RATE, *SHARED_BY_RATE}
    assert {one.rate for one in ENDPOINTS} <= known
    assert RATE_OF_COMMAND.keys() <= MINIMUM_ROLE.keys()
    assert set(RATE_OF_COMMAND.values()) <= SHARED_BY_RATE.keys()
    for names in (*ADDRESS_BY_RATE.values(), *SHARED_BY_RATE.values()):
        assert all(isinstance(getattr(POLICIES, name), Policy) for name in names)


def test_what_is_costly_has_a_policy_of_its_own() -> None:
    rates = {(one.method, one.path): one.rate for one in ENDPOINTS}
    assert rates["POST", "/auth/register"] == "register"
    assert rates["POST", "/auth/refresh"] == "refresh"
    assert rates["POST", "/auth/password"] == "password"
    assert rates["POST", "/workspaces/{workspace_id}/invites"] == "invite"
    assert rates["POST", "/invites/{code}/accept"] == "invite"
    assert rates["POST", "/workspaces/{workspace_id}/import"] == "import"
    assert rates["POST", "/workspaces/{workspace_id}/assistant/messages"] == "assistant"


def test_a_factor_scales_every_policy_and_leaves_at_least_one() -> None:
    for policy, double, little in zip(
        POLICIES, POLICIES.scaled(2), POLICIES.scaled(1e-6), strict=True
    ):
        assert double.count == 2 * policy.count
        assert little.count == 1
        assert (double.seconds, double.name) == (policy.seconds, policy.name)


def test_headers_have_the_form_of_the_draft() -> None:
    quotas = [
        Quota(Policy("write-user", "user", 10_000, 20), 9_998, 0.004),
        Quota(Policy("import-user", "user", 120, 3_600, shared=True), -1, 12.2),
    ]
    assert headers_of(quotas) == {
        "RateLimit-Policy": '"write-user";q=10000;w=20, "import-user";q=120;w=3600',
        "RateLimit": '"write-user";r=9998;t=1, "import-user";r=0;t=13',
    }
    assert headers_of([]) == {}


def test_who_must_wait_is_told_whole_seconds_and_at_least_one() -> None:
    assert [whole_seconds(wait_s) for wait_s in (-1.0, 0.0, 0.2, 1.0, 1.1)] == [1, 1, 1, 1, 2]
