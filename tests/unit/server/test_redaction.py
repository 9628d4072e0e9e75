"""What no log line holds, whatever it is a line about."""

from __future__ import annotations

import io
import json
import logging
import logging.config

import pytest

from server.logs import logging_config
from server.redaction import Redaction, without_secrets
from server.settings import Settings
from tests.drivers import forged_token

JWT = forged_token("user-1")
PERSONAL = "cfp_" + "0aB-" * 10 + "xyz"
SECRET = "a secret of this test alone, long enough"
OPENAI = "sk-proj-1234567890abcdefghijklmnop"
SETTINGS = {
    "JWT_SECRET_KEY": SECRET,
    "DATABASE_URL": "postgresql://app:hunter2-of-the-database@db/clientflow",
    "REDIS_URL": "redis://:hunter2-of-redis@cache:6379/0",
    "OPENAI_API_KEY": OPENAI,
    "AI_PROVIDER": "openai",
}


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (f"Authorization: Bearer {JWT}", JWT),
        (f"authorization: bearer {PERSONAL}", PERSONAL),
        (f"{{'authorization': 'Bearer {JWT}'}}", JWT),
        (f'< TEXT \'{{"type":"hello","token":"{JWT}"}}\' [300 bytes]', JWT),
        (f'{{"type":"auth","token":"{PERSONAL}"}}', PERSONAL),
        ('{"email":"a@b.c","password":"correct horse"}', "correct"),
        ('{"email":"a@b.c","password":"correct horse"}', "horse"),
        ('{"refresh_token":"AbCdEf-123456"}', "AbCdEf"),
        ('{\\"password\\": \\"hunter2000\\"}', "hunter2000"),
        ("password=hunter2000&x=1", "hunter2000"),
        (f"GET /ws/workspaces/1?token={PERSONAL} HTTP/1.1", PERSONAL),
        ("GET /?access_token=abcdef123456", "abcdef123456"),
        ("POST /api/v1/invites/0123456789abcdefghij0123456789abcdefghij/accept", "0123456789abc"),
        ("https://crm.example.com/#/invite/0123456789abcdefghij0123", "0123456789abc"),
        ("cannot reach postgresql://app:hunter2@db/clientflow", "hunter2"),
        ("cannot reach redis://:hunter2@cache:6379/0", "hunter2"),
        ("postgres://app:p%40ss:w0rd@db", "p%40ss"),
        (f"Incorrect API key provided: {OPENAI}.", OPENAI),
        ("Settings(jwt_secret_key='0123456789abcdef0123456789abcdef')", "0123456789abcdef"),
        ("Settings(openai_api_key='local-key-without-a-form')", "local-key"),
    ],
)
def test_a_secret_is_taken_out_of_a_line(line: str, secret: str) -> None:
    assert secret not in without_secrets(line)


@pytest.mark.parametrize(
    "line",
    [
        "the bus is away, trying again in 0.5 s",
        "a frame of session 019abc failed",
        "GET /api/v1/workspaces/0123456789abcdef0123456789abcdef/clients 200",
        "http://127.0.0.1:8000 is ready",
        "the token has run out",
        "postgresql://db/clientflow",
    ],
)
def test_a_line_without_a_secret_stays_as_it_is(line: str) -> None:
    assert without_secrets(line) == line


def test_a_field_is_known_by_its_name_however_deep_it_lies() -> None:
    event = Redaction([])(
        None,
        "info",
        {
            "event": "x",
            "password": "a",
            "headers": {"Authorization": "b", "Cookie": "c"},
            "body": [{"refresh_token": "d", "name": "Ana"}],
            "count": 3,
        },
    )
    assert event["count"] == 3
    assert event["body"][0]["name"] == "Ana"
    assert not {"a", "b", "c", "d"} & {
        event["password"],
        *event["headers"].values(),
        event["body"][0]["refresh_token"],
    }


@pytest.mark.parametrize("environment", ["development", "production"])
def test_no_secret_gets_out_by_a_line_an_argument_a_field_or_a_traceback(
    environment: str,
) -> None:
    settings = Settings.from_environment(SETTINGS | {"ENVIRONMENT": environment})
    text = lines_of(settings)

    for secret in (SECRET, "hunter2", OPENAI, JWT, PERSONAL):
        assert secret not in text, secret
    assert "RuntimeError" in text
    if environment == "production":
        assert all(json.loads(line) for line in text.splitlines())


def lines_of(settings: Settings) -> str:
    """What is logged about things that hold every secret there is, as a root logger would write it."""
    stream = io.StringIO()
    config = logging_config(settings)
    formatter = config["formatters"]["structured"]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter["()"](**{k: v for k, v in formatter.items() if k != "()"}))
    logger = logging.getLogger("clientflow.test.redaction")
    logger.handlers, logger.propagate = [handler], False

    logger.warning("the database %s is away", settings.database_url)
    logger.warning("sent %s", {"Authorization": f"Bearer {JWT}"})
    logger.warning("it is %r", settings)
    logger.warning("with a field", extra={"token": PERSONAL, "url": settings.redis_url})
    try:
        try:
            raise ValueError(f"key {settings.openai_api_key} of {settings.redis_url}")
        except ValueError as cause:
            raise RuntimeError(
                f'{{"token":"{PERSONAL}"}} under {settings.jwt_secret_key}'
            ) from cause
    except RuntimeError:
        logger.exception("it failed")
    return stream.getvalue()
