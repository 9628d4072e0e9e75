"""Who has had too much is told so, and everybody else goes on."""

import asyncio

import pytest

from realtime.session import FLOOD_REST_S
from server.errors import TooMany, Unauthorized
from server.limits import Limits
from server.policies import Policies, Policy
from server.rates.places import SocketPlaces
from server.rates.rates import Rates
from server.rates.shared import SharedCounts

FEW = Policies(
    login_pair=Policy("login-pair", "account and address", 3, 900, shared=True),
    login_account=Policy("login-account", "account", 5, 3600, shared=True),
    login_address=Policy("login-address", "address", 6, 900, shared=True),
    invite_user=Policy("invite-user", "user", 2, 3600, shared=True),
    request_address=Policy("request-address", "address", 5, 10),
    read_user=Policy("read-user", "user", 4, 2),
    write_user=Policy("write-user", "user", 4, 2),
    write_workspace=Policy("write-workspace", "workspace", 6, 2),
    frame_user=Policy("frame-user", "user", 3, 3),
    frame_address=Policy("frame-address", "address", 100, 3),
    socket_address=Policy("socket-address", "address", 4, 4),
)
LIMITS = Limits(
    rates=FEW, max_sockets_per_user=2, max_sockets_per_address=3, max_greetings_per_address=2
)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def rates_of(factor: float = 1.0, clock: Clock | None = None) -> Rates:
    shared = SharedCounts(None, "a secret", 100, 3600.0)
    return Rates(LIMITS, shared, factor=factor, clock=clock or Clock())


async def read(rates: Rates, user_id: str = "ana") -> dict[str, str]:
    return await rates.charge("default", writes=False, address="a", user_id=user_id)


async def test_an_answer_tells_what_is_left_and_a_refusal_how_long_to_wait() -> None:
    rates = rates_of()
    headers = await read(rates)
    assert headers["RateLimit-Policy"] == '"read-user";q=4;w=2'
    assert headers["RateLimit"] == '"read-user";r=3;t=1'
    for _ in range(3):
        await read(rates)

    with pytest.raises(TooMany) as refusal:
        await read(rates)

    assert refusal.value.headers == {
        "Retry-After": "1",
        "RateLimit-Policy": '"read-user";q=4;w=2',
        "RateLimit": '"read-user";r=0;t=1',
    }
    assert refusal.value.problem.retry_after == 1
    assert rates.refused == {"read-user": 1}
    await read(rates, "ben")


async def test_an_address_is_stopped_before_it_is_known_who_asks() -> None:
    rates = rates_of()
    for _ in range(5):
        rates.arrive("a")
    with pytest.raises(TooMany):
        rates.arrive("a")
    rates.arrive("b")


async def test_what_is_costly_counts_as_a_write_and_by_itself() -> None:
    rates = rates_of()
    for _ in range(2):
        await rates.charge("invite", writes=True, address="a", user_id="ana")
    with pytest.raises(TooMany, match="invite-user"):
        await rates.charge("invite", writes=True, address="a", user_id="ana")
    await rates.charge("default", writes=True, address="a", user_id="ana")
    with pytest.raises(TooMany, match="write-user"):
        await rates.charge("default", writes=True, address="a", user_id="ana")


async def test_a_command_counts_the_same_over_rest_and_on_the_channel() -> None:
    rates = rates_of()
    await rates.charge("invite", writes=True, address="a", user_id="ana")
    rates.command_by("ana", "invite.create")
    with pytest.raises(TooMany, match="invite-user"):
        rates.command_by("ana", "invite.create")
    rates.command_by("ana", "client.create")
    with pytest.raises(TooMany, match="write-user"):
        rates.command_by("ana", "client.create")


async def test_a_workspace_has_its_share_whoever_of_its_members_writes() -> None:
    rates = rates_of()
    for _ in range(6):
        rates.command_in("client.create", "w1")
    with pytest.raises(TooMany, match="write-workspace"):
        rates.command_in("client.create", "w1")
    rates.command_in("client.create", "w2")


async def test_frames_count_for_a_user_over_all_sockets_and_a_flooder_has_to_rest() -> None:
    clock = Clock()
    rates = rates_of(clock=clock)
    assert [rates.take_frame("a", "ana") for _ in range(4)] == [True, True, True, False]
    assert rates.take_frame("a", "ben")

    with pytest.raises(TooMany) as refusal:
        rates.join("ana")
    assert refusal.value.problem.retry_after == FLOOD_REST_S
    rates.join("ben")

    clock.now += FLOOD_REST_S
    rates.join("ana")


async def test_sockets_are_counted_by_address_before_and_by_user_after_they_are_let_in() -> None:
    rates = rates_of()
    first, second = SocketPlaces(rates, "a"), SocketPlaces(rates, "a")
    with pytest.raises(TooMany, match="greetings-address"):
        SocketPlaces(rates, "a")
    first.admit("ana", "w")
    second.admit("ana", "w")
    third = SocketPlaces(rates, "a")
    with pytest.raises(TooMany, match="sockets-user"):
        third.admit("ana", "w")
    with pytest.raises(TooMany, match="socket-address"):
        SocketPlaces(rates, "a")

    for places in (first, second, third, third):
        places.close()
    assert all(len(places) == 0 for places in rates._places.values())


async def test_a_handshake_too_many_takes_no_place() -> None:
    rates = rates_of()
    for _ in range(4):
        SocketPlaces(rates, "a").close()
    with pytest.raises(TooMany, match="socket-address"):
        SocketPlaces(rates, "a")
    assert all(len(places) == 0 for places in rates._places.values())


async def test_limits_that_are_off_let_everything_through() -> None:
    rates = rates_of(factor=0.0)
    for _ in range(50):
        rates.arrive("a")
        assert await read(rates) == {}
        rates.command_by("ana", "invite.create")
        rates.command_in("invite.create", "w")
        assert rates.take_frame("a", "ana")
        SocketPlaces(rates, "a").admit("ana", "w")
        with pytest.raises(Unauthorized):
            await wrong_password(rates)
    assert not rates.refused


async def test_a_factor_makes_everything_as_many_times_as_generous() -> None:
    rates = rates_of(factor=2.0)
    for _ in range(8):
        await read(rates)
    with pytest.raises(TooMany):
        await read(rates)


async def test_the_log_tells_of_a_policy_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    rates = rates_of(clock=clock)
    for _ in range(20):
        try:
            rates.arrive("203.0.113.7")
        except TooMany:
            continue
    assert caplog.messages == ["request-address is exceeded by 203.0.113.7"]
    assert rates.refused["request-address"] == 15


# Passwords


async def wrong_password(rates: Rates, email: str = "ana@example.com", address: str = "a") -> None:
    async with rates.sign_in(email, address):
        raise Unauthorized("Email or password is wrong.")


async def right_password(rates: Rates, email: str = "ana@example.com", address: str = "a") -> None:
    async with rates.sign_in(email, address):
        pass


async def guess(rates: Rates, times: int, email: str, address: str) -> int:
    """How many of so many wrong passwords were looked at."""
    looked_at = 0
    for _ in range(times):
        try:
            await wrong_password(rates, email, address)
        except Unauthorized:
            looked_at += 1
        except TooMany:
            pass
    return looked_at


async def test_a_guesser_is_stopped_and_the_owner_signs_in_from_elsewhere() -> None:
    rates = rates_of()
    assert await guess(rates, 10, "ana@example.com", "guesser") == 3
    with pytest.raises(TooMany):
        await right_password(rates, address="guesser")
    await right_password(rates, address="home")


async def test_many_addresses_together_have_few_guesses_and_the_owner_is_let_in_at_home() -> None:
    rates = rates_of()
    await right_password(rates, address="home")
    looked_at = sum([await guess(rates, 3, "ana@example.com", f"bot-{n}") for n in range(20)])
    assert looked_at == 5
    with pytest.raises(TooMany, match="login-account"):
        await right_password(rates, address="elsewhere")
    await right_password(rates, address="home")


async def test_one_address_does_not_get_to_try_many_accounts() -> None:
    rates = rates_of()
    looked_at = sum([await guess(rates, 1, f"user-{n}@example.com", "a") for n in range(20)])
    assert looked_at == 6
    assert rates.refused == {"login-address": 14}


async def test_a_success_forgets_the_failures_of_the_account_but_not_those_of_the_address() -> None:
    rates = rates_of()
    for _ in range(2):
        assert await guess(rates, 2, "ana@example.com", "a") == 2
        await right_password(rates)
    # The address has failed four times: an account of one's own makes no room for guesses.
    assert await guess(rates, 9, "ben@example.com", "a") == 2


async def test_guesses_sent_at_the_same_moment_count_as_much_as_one_after_the_other() -> None:
    rates = rates_of()
    looked_at = 0

    async def one() -> None:
        nonlocal looked_at
        async with rates.sign_in("ana@example.com", "a"):
            looked_at += 1
            await asyncio.sleep(0)
            raise Unauthorized("Email or password is wrong.")

    outcomes = await asyncio.gather(*[one() for _ in range(50)], return_exceptions=True)

    assert looked_at == 3
    assert sum(isinstance(outcome, TooMany) for outcome in outcomes) == 47


async def test_what_fails_for_another_reason_is_no_wrong_password() -> None:
    rates = rates_of()
    for _ in range(10):
        with pytest.raises(OSError, match="away"):
            async with rates.sign_in("ana@example.com", "a"):
                raise OSError("the database is away")
    await right_password(rates)
