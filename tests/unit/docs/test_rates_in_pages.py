"""Every rate limit stands in docs/operations.md, with its numbers, and examples have the form of real headers."""

import re

from server.policies import Policies
from server.rates.headers import Quota, headers_of
from tests.unit.docs.markdown import Page, code_in

POLICIES = Policies()


def test_every_policy_is_documented_with_its_numbers_in_order() -> None:
    rows = Page("docs/operations.md").table("Policy", "Counts", "Limit", "In", "Together")
    documented = [
        (
            *code_in(row["Policy"]),
            int(row["Limit"].replace(",", "")),
            row["In"],
            row["Together"],
        )
        for row in rows
    ]
    assert documented == [
        (
            policy.name,
            policy.count,
            f"{policy.seconds:,} s",
            "yes" if policy.shared else "no",
        )
        for policy in POLICIES
    ]


def test_the_headers_shown_are_those_that_are_sent() -> None:
    shown = re.search(
        r"^RateLimit-Policy: .*\nRateLimit: .*$", Page("docs/rest.md").text, re.MULTILINE
    )
    assert shown
    sent = headers_of([Quota(POLICIES.write_user, POLICIES.write_user.count - 2, 0.004)])
    assert shown[0] == "\n".join(f"{name}: {value}" for name, value in sent.items())
