"""Password hashes: the whole password counts, nobody waits on the event loop, and nobody learns who has an account."""

import asyncio
import threading
from collections.abc import Iterator

import bcrypt
import pytest

from server.errors import TooMany
from server.identity import passwords as module
from server.identity.passwords import Passwords
from server.limits import Limits

ROUNDS = 4  # the least that bcrypt takes


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords(ROUNDS, Limits())
    yield made
    made.close()


@pytest.mark.parametrize(
    "password",
    ["correct horse", "", " ", "naïve café", "密码" * 40, "🙂" * 30, "a\0b", "\0", "x" * 1_000],
    ids=["plain", "empty", "blank", "latin", "chinese", "emoji", "nul", "only nul", "long"],
)
async def test_a_password_is_known_again_and_no_other_is(
    passwords: Passwords, password: str
) -> None:
    kept = await passwords.hash(password)
    assert await passwords.check(password, kept)
    assert not await passwords.check(password + "x", kept)
    assert not await passwords.check("another", kept)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x" * 72 + "a", "x" * 72 + "b"),
        ("x" * 72, "x" * 73),
        ("é" * 40 + "a", "é" * 40 + "b"),
        ("secret\0one", "secret\0two"),
        ("secret", "secret\0"),
        ("\0one", "\0two"),
        ("é", "e\u0301"),
        ("Password", "password"),
        ("word", "word "),
    ],
    ids=[
        "beyond byte 72",
        "one byte more than 72",
        "beyond byte 72 in UTF-8",
        "beyond a NUL",
        "a NUL more",
        "after a NUL at the start",
        "composed otherwise",
        "case",
        "space",
    ],
)
async def test_passwords_that_differ_anywhere_are_different(
    passwords: Passwords, one: str, other: str
) -> None:
    kept = await passwords.hash(one)
    assert await passwords.check(one, kept)
    assert not await passwords.check(other, kept)


async def test_a_hash_is_a_bcrypt_hash_of_the_rounds_asked_for_and_salted(
    passwords: Passwords,
) -> None:
    one, other = await passwords.hash("word"), await passwords.hash("word")
    assert one.startswith("$2b$04$")
    assert one != other


async def test_a_hash_made_with_other_rounds_is_still_checked(passwords: Passwords) -> None:
    stronger = Passwords(ROUNDS + 1, Limits())
    kept = await stronger.hash("word")
    stronger.close()
    assert await passwords.check("word", kept)


async def test_a_hash_leaked_elsewhere_of_the_bare_password_opens_nothing(
    passwords: Passwords,
) -> None:
    bare = bcrypt.hashpw(b"word", bcrypt.gensalt(ROUNDS)).decode()
    assert not await passwords.check("word", bare)


async def test_without_an_account_a_check_fails_after_the_same_work(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await passwords.hash("word")
    costs: list[bytes] = []
    check = bcrypt.checkpw

    def watched(password: bytes, hashed: bytes) -> bool:
        costs.append(hashed[:7])
        return check(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", watched)
    assert not await passwords.check("wrong", kept)
    assert not await passwords.check("wrong", None)
    assert not await passwords.check("nobody", None)
    assert costs == [b"$2b$04$"] * 3


async def test_the_event_loop_goes_on_while_passwords_are_hashed_and_too_many_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = Limits(password_threads=1, max_password_checks_waiting=2)
    passwords = Passwords(ROUNDS, limits)
    go_on = threading.Event()

    def slow(password: str, rounds: int) -> str:
        assert threading.current_thread() is not threading.main_thread()
        assert go_on.wait(30)
        return password

    monkeypatch.setattr(module, "_hash", slow)
    taken = [asyncio.create_task(passwords.hash(str(number))) for number in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(TooMany) as caught:
        await passwords.hash("one too many")
    assert caught.value.problem.status == 429
    assert int(caught.value.headers["Retry-After"]) > 0
    go_on.set()
    assert await asyncio.gather(*taken) == ["0", "1"]
    assert await passwords.hash("again") == "again"
    passwords.close()


async def test_who_gives_up_waiting_frees_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords(ROUNDS, Limits(password_threads=1, max_password_checks_waiting=1))
    go_on = threading.Event()
    monkeypatch.setattr(module, "_hash", lambda password, rounds: str(go_on.wait(30)))
    waiting = asyncio.create_task(passwords.hash("word"))
    await asyncio.sleep(0)
    waiting.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await passwords.hash("word") == "True"
    passwords.close()


async def test_after_the_close_no_more_work_is_taken() -> None:
    passwords = Passwords(ROUNDS, Limits())
    passwords.close()
    with pytest.raises(RuntimeError):
        await passwords.hash("word")
