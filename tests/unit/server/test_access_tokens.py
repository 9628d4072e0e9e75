"""Access tokens: what this server signed lately, and nothing else."""

import base64
import hmac
import json
import time
from typing import Any

import jwt
import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from server.errors import Unauthorized
from server.identity.tokens import AccessTokens
from server.settings import Settings

ALGORITHM = "HS256"


@pytest.fixture
def tokens(settings: Settings) -> AccessTokens:
    return AccessTokens(settings)


def good_claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "sub": "ana",
        "sid": "session-1",
        "iss": "clientflow",
        "aud": "clientflow",
        "iat": now,
        "nbf": now,
        "exp": now + 900,
        "jti": "1",
    }
    return {**claims, **changed}


def signed(settings: Settings, claims: dict[str, Any], algorithm: str = ALGORITHM) -> str:
    return jwt.encode(claims, settings.jwt_secret_key, algorithm=algorithm)


def rotated(settings: Settings) -> Settings:
    """With a new key, and the one of `settings` as the one from before."""
    before = settings.jwt_secret_key
    return msgspec.structs.replace(
        settings, jwt_secret_key=before[::-1], jwt_previous_secret_key=before
    )


def refusal(tokens: AccessTokens, token: str) -> str:
    with pytest.raises(Unauthorized) as caught:
        tokens.verify(token)
    assert caught.value.problem.status == 401
    assert caught.value.headers["WWW-Authenticate"].startswith("Bearer")
    return caught.value.problem.detail


def test_a_token_that_was_issued_is_verified_with_what_it_claims(tokens: AccessTokens) -> None:
    before = int(time.time())
    claims = tokens.verify(tokens.issue("ana", "session-1"))
    assert (claims.user_id, claims.session_id) == ("ana", "session-1")
    assert tokens.expires_in_s == 15 * 60
    assert before + 900 <= claims.expires_at <= time.time() + 900


def test_the_claims_by_hand_are_good_as_they_stand(
    tokens: AccessTokens, settings: Settings
) -> None:
    """Or the tests below would refuse them for another reason."""
    assert tokens.verify(signed(settings, good_claims())).user_id == "ana"


def test_no_two_tokens_are_the_same(tokens: AccessTokens) -> None:
    assert tokens.issue("ana", "session-1") != tokens.issue("ana", "session-1")


def test_a_token_that_has_run_out_says_so(
    tokens: AccessTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    with monkeypatch.context() as then:
        then.setattr(time, "time", lambda: now - 900 - 60)
        old = tokens.issue("ana", "session-1")
    assert "run out" in refusal(tokens, old)


def test_clocks_of_two_instances_may_differ_by_a_moment(
    tokens: AccessTokens, settings: Settings
) -> None:
    now = int(time.time())
    assert tokens.verify(signed(settings, good_claims(nbf=now + 3, iat=now + 3, exp=now - 2)))


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"iss": "another"},
        {"nbf": int(time.time()) + 3600},
        {"iat": int(time.time()) + 3600},
        {"exp": "soon"},
        {"sub": 5},
        {"sub": None},
    ],
    ids="-".join,
)
def test_a_token_for_or_from_another_or_not_yet_good_is_refused(
    tokens: AccessTokens, settings: Settings, changed: dict[str, Any]
) -> None:
    assert "not valid" in refusal(tokens, signed(settings, good_claims(**changed)))


@pytest.mark.parametrize("claim", sorted(good_claims()))
def test_a_token_that_leaves_out_a_claim_is_refused(
    tokens: AccessTokens, settings: Settings, claim: str
) -> None:
    claims = good_claims()
    del claims[claim]
    assert "not valid" in refusal(tokens, signed(settings, claims))


def test_a_token_without_a_signature_is_refused(tokens: AccessTokens) -> None:
    unsigned = jwt.encode(good_claims(), None, algorithm="none")
    assert "not valid" in refusal(tokens, unsigned)
    header, payload, _ = tokens.issue("ana", "s").split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    for token in (f"{none}.{payload}.", f"{header}.{payload}.", f"{header}.{payload}"):
        assert "not valid" in refusal(tokens, token)


def test_a_token_signed_with_another_key_is_refused(tokens: AccessTokens) -> None:
    other = jwt.encode(good_claims(), "another key, and a long one at that", algorithm=ALGORITHM)
    assert "not valid" in refusal(tokens, other)


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_a_token_signed_by_another_algorithm_is_refused(
    tokens: AccessTokens, settings: Settings, algorithm: str
) -> None:
    assert "not valid" in refusal(tokens, signed(settings, good_claims(), algorithm))


def test_a_token_whose_claims_were_changed_is_refused(tokens: AccessTokens) -> None:
    header, _, signature = tokens.issue("ana", "session-1").split(".")
    changed = base64.urlsafe_b64encode(json.dumps(good_claims(sub="ben")).encode())
    token = f"{header}.{changed.decode().rstrip('=')}.{signature}"
    assert "not valid" in refusal(tokens, token)


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b.c", "Bearer x", "é.é.é", "\ud800", "\0", "x" * 100_000, "cfp_" + "x" * 43],
    ids=range(10),
)
def test_what_is_no_token_is_refused(tokens: AccessTokens, token: str) -> None:
    assert "not valid" in refusal(tokens, token)


def test_a_token_names_its_key_and_says_nothing_of_it(
    tokens: AccessTokens, settings: Settings
) -> None:
    header = jwt.get_unverified_header(tokens.issue("ana", "session-1"))
    assert header.keys() == {"alg", "typ", "kid"}
    assert header["alg"] == ALGORITHM
    assert len(header["kid"]) == 16
    assert header["kid"] not in settings.jwt_secret_key.encode().hex()


def test_after_a_rotation_the_tokens_of_both_keys_are_good(settings: Settings) -> None:
    before, after = AccessTokens(settings), AccessTokens(rotated(settings))

    assert after.verify(before.issue("ana", "session-1")).user_id == "ana"
    assert after.verify(after.issue("ana", "session-1")).user_id == "ana"


def test_while_instances_rotate_one_by_one_each_verifies_what_the_other_signs(
    settings: Settings,
) -> None:
    """First every instance learns of the new key as the other one, then each signs with it."""
    new = rotated(settings)
    told = msgspec.structs.replace(settings, jwt_previous_secret_key=new.jwt_secret_key)

    assert AccessTokens(told).verify(AccessTokens(new).issue("ana", "s")).user_id == "ana"
    assert AccessTokens(new).verify(AccessTokens(told).issue("ana", "s")).user_id == "ana"


def test_once_the_previous_key_is_dropped_its_tokens_are_refused(settings: Settings) -> None:
    old = AccessTokens(settings).issue("ana", "session-1")
    dropped = msgspec.structs.replace(rotated(settings), jwt_previous_secret_key=None)

    assert "not valid" in refusal(AccessTokens(dropped), old)


def test_a_token_that_names_one_key_and_is_signed_with_the_other_is_refused(
    settings: Settings,
) -> None:
    new = rotated(settings)
    header = jwt.get_unverified_header(AccessTokens(new).issue("ana", "s"))

    confused = jwt.encode(good_claims(), settings.jwt_secret_key, ALGORITHM, headers=header)

    assert "not valid" in refusal(AccessTokens(new), confused)


def test_a_token_of_a_release_that_named_no_key_is_of_the_key_that_signs(
    settings: Settings,
) -> None:
    nameless = signed(settings, good_claims())
    assert "kid" not in jwt.get_unverified_header(nameless)

    assert AccessTokens(settings).verify(nameless).user_id == "ana"
    assert "not valid" in refusal(AccessTokens(rotated(settings)), nameless)


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "unknown"},
        {"kid": ""},
        {"kid": None},
        {"kid": ["a"]},
        {"kid": "../../dev/null"},
        {"crit": ["exp"]},
        {"crit": []},
    ],
    ids=str,
)
def test_a_token_of_a_key_or_with_an_extension_that_is_not_known_is_refused(
    tokens: AccessTokens, settings: Settings, header: dict[str, Any]
) -> None:
    head = base64.urlsafe_b64encode(json.dumps({"alg": ALGORITHM, "typ": "JWT"} | header).encode())
    body = base64.urlsafe_b64encode(json.dumps(good_claims()).encode())
    text = head.rstrip(b"=") + b"." + body.rstrip(b"=")
    mac = hmac.digest(settings.jwt_secret_key.encode(), text, "sha256")
    token = text + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")

    assert "not valid" in refusal(tokens, token.decode())


@pytest.mark.parametrize("place", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_that_a_token_brings_along_is_never_used(tokens: AccessTokens, place: str) -> None:
    own = "a key of the attacker, and a long one at that"
    brought = {"kty": "oct", "k": base64.urlsafe_b64encode(own.encode()).decode()}

    token = jwt.encode(good_claims(), own, ALGORITHM, headers={place: brought})

    assert "not valid" in refusal(tokens, token)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_to_a_token_goes_unnoticed(tokens: AccessTokens, data: st.DataObject) -> None:
    token = tokens.issue("ana", "session-1")
    place = data.draw(st.integers(0, len(token) - 2))  # the last letter holds bits of no meaning
    letter = data.draw(st.sampled_from("aZ09_-.="))
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        refusal(tokens, changed)
