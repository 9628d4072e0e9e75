"""Settings from the environment: everything has a default, and every fault is named at once."""

import secrets
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from server.settings import Settings, SettingsError
from tests.services import ROOT

STRONG = "b1946ac92492d2347c6235b4d2611184" * 2
SECRET_LETTERS = 64  # of 256 bits in hexadecimal
PRODUCTION = {
    "ENVIRONMENT": "production",
    "JWT_SECRET_KEY": STRONG,
    "DATABASE_URL": "postgresql://app:pw@db/clientflow",
}


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    return tmp_path / ".clientflow-secret"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(secret_file: Path = Path(".clientflow-secret"), /, **environ: str) -> Settings:
    return Settings.from_environment(environ, secret_file)


def faults(**environ: str) -> list[str]:
    """The names of the settings that the one message complains of."""
    with pytest.raises(SettingsError) as caught:
        read(**environ)
    lines = str(caught.value).splitlines()
    assert "cannot start" in lines[0]
    assert all(line.startswith("  - ") for line in lines[1:])
    return [line.split()[1] for line in lines[1:]]


def test_development_needs_no_setting_at_all(secret_file: Path) -> None:
    settings = read(secret_file)
    assert settings.environment == "development"
    assert not settings.production
    assert not settings.debug
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.database_url == "sqlite:///./clientflow.db"
    assert settings.postgres_url is None
    assert settings.redis_url is None
    assert settings.jwt_algorithm == "HS256"
    assert settings.access_token_expire_minutes == 15
    assert settings.refresh_token_expire_days == 7
    assert settings.public_url is None
    assert settings.allowed_origins == ()
    assert settings.log_level == "info"
    assert settings.web_concurrency == 1


def test_a_setting_that_is_empty_is_one_that_is_not_there(secret_file: Path) -> None:
    empty = dict.fromkeys(
        ["ENVIRONMENT", "PORT", "DATABASE_URL", "REDIS_URL", "DEBUG", "JWT_SECRET_KEY"], " "
    )
    assert read(secret_file, **empty) == read(secret_file)


def test_every_setting_is_read() -> None:
    settings = read(
        ENVIRONMENT="Test",
        DEBUG="yes",
        HOST="::1",
        PORT="9000",
        DATABASE_URL="postgresql://db/board",
        REDIS_URL="rediss://:pw@cache:6380/1",
        JWT_SECRET_KEY="kept elsewhere",
        JWT_ALGORITHM="hs512",
        ACCESS_TOKEN_EXPIRE_MINUTES="5",
        REFRESH_TOKEN_EXPIRE_DAYS="30",
        ALLOWED_ORIGINS="https://a.example/, http://localhost:5173",
        LOG_LEVEL="DEBUG",
        WEB_CONCURRENCY="1",
        BCRYPT_ROUNDS="4",
        COALESCE_WINDOW_MS="0",
        CHANGE_LOG_RETENTION_DAYS="90",
    )
    assert settings.environment == "test"
    assert settings.debug
    assert (settings.host, settings.port) == ("::1", 9000)
    assert settings.database_url == "postgresql://db/board"
    assert settings.redis_url == "rediss://:pw@cache:6380/1"
    assert settings.jwt_secret_key == "kept elsewhere"
    assert settings.jwt_algorithm == "HS512"
    assert settings.access_token_expire_minutes == 5
    assert settings.refresh_token_expire_days == 30
    assert settings.allowed_origins == ("https://a.example", "http://localhost:5173")
    assert settings.log_level == "debug"
    assert settings.web_concurrency == 1
    assert settings.bcrypt_rounds == 4
    assert settings.coalesce_window_ms == 0
    assert settings.change_log_retention_days == 90


def test_logs_are_lines_for_people_in_development_and_json_in_production_unless_asked_for() -> None:
    assert read().log_format == "console"
    assert read(LOG_FORMAT="json").log_format == "json"
    assert read(**PRODUCTION).log_format == "json"
    assert read(**PRODUCTION, LOG_FORMAT="console").log_format == "console"
    assert faults(LOG_FORMAT="xml") == ["LOG_FORMAT"]


def test_a_token_for_the_figures_is_long_enough_or_there_is_none() -> None:
    assert read().metrics_token is None
    assert read(METRICS_TOKEN="x" * 16).metrics_token == "x" * 16
    assert faults(METRICS_TOKEN="guess me") == ["METRICS_TOKEN"]


def test_traces_go_to_an_address() -> None:
    assert read().otel_exporter_otlp_endpoint is None
    to = "http://collector:4318/"
    assert read(OTEL_EXPORTER_OTLP_ENDPOINT=to).otel_exporter_otlp_endpoint == to.rstrip("/")
    assert faults(OTEL_EXPORTER_OTLP_ENDPOINT="collector") == ["OTEL_EXPORTER_OTLP_ENDPOINT"]


def test_traces_without_their_packages_are_a_fault_that_says_how_to_get_them() -> None:
    """An interpreter that has been told that there is no such package."""
    program = (
        "import sys; sys.modules['opentelemetry.exporter'] = None\n"
        "from server.settings import Settings\n"
        "Settings.from_environment({'OTEL_EXPORTER_OTLP_ENDPOINT': 'http://collector:4318', 'JWT_SECRET_KEY': 'x'})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "requirements-tracing.txt" in done.stderr.splitlines()[-1]


def test_what_is_shown_of_the_settings_has_no_secret() -> None:
    secrets_ = {
        "JWT_SECRET_KEY": STRONG,
        "OPENAI_API_KEY": "sk-of-somebody",
        "METRICS_TOKEN": "for the scraper alone",
        "DATABASE_URL": "postgresql://app:hush%40hush@db/clientflow",
        "REDIS_URL": "rediss://:pw-of-redis@cache:6380/1",
    }
    shown = read(**PRODUCTION | secrets_).shown
    for secret in (STRONG, "sk-of-somebody", "for the scraper", "hush", "pw-of-redis"):
        assert secret not in str(shown)
    assert shown["database_url"] == "postgresql://…@db/clientflow"
    assert shown["redis_url"] == "rediss://…@cache:6380/1"
    assert (shown["metrics_token"], shown["openai_api_key"]) == ("set", "set")
    assert shown.keys() == set(Settings.__struct_fields__)
    assert read().shown["database_url"] == "sqlite:///./clientflow.db"
    assert read().shown["metrics_token"] == "unset"


def test_every_fault_is_named_in_one_message() -> None:
    wrong = {
        "ENVIRONMENT": "prod",
        "DEBUG": "perhaps",
        "PORT": "eighty",
        "DATABASE_URL": "mysql://db/x",
        "REDIS_URL": "memcached://cache",
        "JWT_ALGORITHM": "none",
        "ACCESS_TOKEN_EXPIRE_MINUTES": "0",
        "REFRESH_TOKEN_EXPIRE_DAYS": "-1",
        "ALLOWED_ORIGINS": "app.example.com",
        "LOG_LEVEL": "loud",
        "WEB_CONCURRENCY": "many",
        "BCRYPT_ROUNDS": "99",
        "COALESCE_WINDOW_MS": "11",
        "CHANGE_LOG_RETENTION_DAYS": "-1",
    }
    assert sorted(faults(**wrong)) == sorted(wrong)


def test_a_fault_says_what_would_be_right_and_does_not_repeat_the_secret_in_it() -> None:
    with pytest.raises(SettingsError) as caught:
        read(
            PORT="80000",
            LOG_LEVEL="loud",
            DATABASE_URL="mysql://app:hunter2@db/x",
            REDIS_URL="http://:hunter2@cache",
        )
    message = str(caught.value)
    assert "PORT must be a whole number from 0 to 65535" in message
    assert "LOG_LEVEL must be one of debug, info, warning, error, critical" in message
    assert "sqlite:///./clientflow.db" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("given", "read_as"),
    [
        ("postgres://u:p@h:5433/d", "postgresql://u:p@h:5433/d"),
        ("postgresql://h/d", "postgresql://h/d"),
        ("postgresql+asyncpg://u@h/d?ssl=require", "postgresql://u@h/d?ssl=require"),
        ("postgres://u:p%40ss@[::1]:5432/d", "postgresql://u:p%40ss@[::1]:5432/d"),
        ("sqlite:///board.db", "sqlite:///board.db"),
        ("sqlite:////data/board.db", "sqlite:////data/board.db"),
        ("sqlite+aiosqlite:///board.db", "sqlite:///board.db"),
    ],
)
def test_a_database_url_is_taken_in_every_usual_spelling(given: str, read_as: str) -> None:
    settings = read(DATABASE_URL=given)
    assert settings.database_url == read_as
    assert settings.postgres_url == (read_as if read_as.startswith("postgresql") else None)


@pytest.mark.parametrize(
    "url",
    [
        "board.db",
        "postgres",
        "mysql://h/d",
        "postgresql://",
        "postgresql://h",
        "postgresql://h/",
        "postgresql://h:port/d",
        "postgresql://h:99999/d",
        "postgresql://[::1/d",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://:memory:",
    ],
)
def test_a_database_url_that_cannot_work_is_a_fault(url: str) -> None:
    assert faults(DATABASE_URL=url) == ["DATABASE_URL"]


@pytest.mark.parametrize("url", ["redis", "redis://", "http://cache", "redis:///0", "//cache:6379"])
def test_a_redis_url_that_cannot_work_is_a_fault(url: str) -> None:
    assert faults(REDIS_URL=url) == ["REDIS_URL"]


@pytest.mark.parametrize(
    ("url", "read_as"),
    [
        ("rediss://:pw@cache:6380", "rediss://:pw@cache:6380?ssl_cert_reqs=none"),
        ("rediss://cache/1?timeout=5", "rediss://cache/1?timeout=5&ssl_cert_reqs=none"),
        ("redis://cache", "redis://cache"),
    ],
)
def test_a_redis_with_a_certificate_of_its_own_making_is_taken_when_told_so(
    url: str, read_as: str
) -> None:
    assert read(REDIS_URL=url).redis_url == url
    assert read(REDIS_URL=url, REDIS_TLS_VERIFY="false").redis_url == read_as


def test_proxies_are_addresses_networks_or_everybody() -> None:
    assert read().forwarded_allow_ips == "127.0.0.1"
    for proxies in ("10.0.0.0/8, ::1", "*"):
        assert read(FORWARDED_ALLOW_IPS=proxies).forwarded_allow_ips == proxies
    for wrong in ("proxy.example.com", "10.0.0.1/8", "10.0.0.0/8,"):
        assert faults(FORWARDED_ALLOW_IPS=wrong) == ["FORWARDED_ALLOW_IPS"]


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        ({"POSTGRES_HOST": "db"}, "postgresql://postgres@db:5432/postgres"),
        ({"POSTGRES_USER": "app"}, "postgresql://app@localhost:5432/app"),
        (
            {
                "POSTGRES_HOST": "db",
                "POSTGRES_PORT": "5433",
                "POSTGRES_USER": "app",
                "POSTGRES_PASSWORD": "p@ss/word:1 é",
                "POSTGRES_DB": "client flow",
            },
            "postgresql://app:p%40ss%2Fword%3A1%20%C3%A9@db:5433/client%20flow",
        ),
    ],
)
def test_postgres_may_be_given_in_parts(parts: dict[str, str], url: str) -> None:
    assert read(**parts).database_url == url


def test_a_database_url_goes_before_the_parts() -> None:
    settings = read(DATABASE_URL="sqlite:///board.db", POSTGRES_HOST="db", POSTGRES_USER="app")
    assert settings.database_url == "sqlite:///board.db"


def test_a_part_that_cannot_work_is_a_fault_that_is_named_like_any_other() -> None:
    named = faults(POSTGRES_HOST="db", POSTGRES_PORT="none", LOG_LEVEL="loud")
    assert "LOG_LEVEL" in named
    assert {"POSTGRES_PORT", "DATABASE_URL"} & set(named)


def test_several_processes_cannot_share_sqlite() -> None:
    assert faults(WEB_CONCURRENCY="2") == ["WEB_CONCURRENCY"]
    assert read(WEB_CONCURRENCY="2", DATABASE_URL="postgresql://h/d").web_concurrency == 2


@pytest.mark.parametrize(
    "origins",
    [
        "*",
        "app.example.com",
        "ftp://a.example",
        "https://a.example/board",
        "https://,http://a",
        "null",
    ],
)
def test_an_origin_that_no_browser_sends_is_a_fault(origins: str) -> None:
    assert faults(ALLOWED_ORIGINS=origins) == ["ALLOWED_ORIGINS"]


@pytest.mark.parametrize("environment", ["production", "staging"])
def test_production_listens_to_the_world_and_shows_no_traceback(environment: str) -> None:
    settings = read(**{**PRODUCTION, "ENVIRONMENT": environment})
    assert settings.production
    assert settings.host == "0.0.0.0"
    assert faults(**{**PRODUCTION, "ENVIRONMENT": environment, "DEBUG": "true"}) == ["DEBUG"]


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "secret",
        "x" * 200,
        "changeme" * 8,
        STRONG[:31],
        "0101010101" * 10,
    ],
)
def test_production_refuses_a_weak_secret_and_keeps_none_of_its_own(
    secret: str, secret_file: Path
) -> None:
    assert faults(**{**PRODUCTION, "JWT_SECRET_KEY": secret}) == ["JWT_SECRET_KEY"]
    assert not secret_file.exists()


def test_production_takes_a_strong_secret() -> None:
    assert read(**PRODUCTION).jwt_secret_key == STRONG


@pytest.mark.parametrize(("algorithm", "size"), [("HS256", 32), ("HS384", 48), ("HS512", 64)])
def test_in_production_a_secret_is_as_long_as_the_hash_it_keys(algorithm: str, size: int) -> None:
    """RFC 7518, section 3.2."""
    secret = STRONG + STRONG
    given = {**PRODUCTION, "JWT_ALGORITHM": algorithm}
    assert read(**{**given, "JWT_SECRET_KEY": secret[:size]}).jwt_secret_key == secret[:size]
    assert faults(**{**given, "JWT_SECRET_KEY": secret[: size - 1]}) == ["JWT_SECRET_KEY"]


def test_production_refuses_cheap_password_hashes() -> None:
    assert faults(**PRODUCTION, BCRYPT_ROUNDS="9") == ["BCRYPT_ROUNDS"]


def test_the_secret_of_development_is_made_once_and_kept_from_others(secret_file: Path) -> None:
    first = read(secret_file).jwt_secret_key
    assert len(first) >= SECRET_LETTERS
    assert read(secret_file).jwt_secret_key == first
    assert secret_file.read_text().strip() == first
    assert stat.S_IMODE(secret_file.stat().st_mode) == 0o600
    assert list(secret_file.parent.iterdir()) == [secret_file]


def test_a_secret_that_is_given_is_not_kept(secret_file: Path) -> None:
    assert read(secret_file, JWT_SECRET_KEY="given").jwt_secret_key == "given"
    assert not secret_file.exists()


def test_two_checkouts_have_two_secrets(tmp_path: Path) -> None:
    assert read(tmp_path / "a").jwt_secret_key != read(tmp_path / "b").jwt_secret_key


def test_a_process_that_starts_while_another_makes_the_secret_takes_the_same_one(
    secret_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = secrets.token_hex
    others: list[str] = []

    def make_while_another_starts(size: int) -> str:
        monkeypatch.setattr(secrets, "token_hex", make)
        others.append(read(secret_file).jwt_secret_key)
        return make(size)

    monkeypatch.setattr(secrets, "token_hex", make_while_another_starts)
    ours = read(secret_file).jwt_secret_key
    assert [ours] == others
    assert len(ours) >= SECRET_LETTERS


def test_an_empty_secret_file_is_no_secret(secret_file: Path) -> None:
    """Left by a process that died in between, or by a full disk."""
    secret_file.touch()
    try:
        secret = read(secret_file).jwt_secret_key
    except SettingsError as error:
        assert secret_file.name in str(error)  # noqa: PT017
    else:
        assert len(secret) >= SECRET_LETTERS
        assert read(secret_file).jwt_secret_key == secret


def test_processes_that_start_together_agree_on_one_secret(secret_file: Path) -> None:
    program = (
        "import sys, pathlib; from server.settings import Settings; sys.stdin.readline();"
        "print(Settings.from_environment({}, pathlib.Path(sys.argv[1])).jwt_secret_key)"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(secret_file)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = {process.communicate(timeout=30)[0].strip() for process in processes}
    assert [process.returncode for process in processes] == [0, 0]
    assert said == {secret_file.read_text().strip()}
    assert len(said.pop()) >= SECRET_LETTERS


def test_rate_limits_are_on_off_or_multiplied() -> None:
    assert [read(RATE_LIMITS=value).rate_factor for value in ("", "On", "off", "0.5", "1000")] == [
        1.0,
        1.0,
        0.0,
        0.5,
        1000.0,
    ]
    for wrong in ("no", "0", "-1", "nan", "inf", "1e9"):
        assert faults(RATE_LIMITS=wrong) == ["RATE_LIMITS"], wrong


def test_a_previous_secret_is_taken_while_keys_are_rotated() -> None:
    assert read(**PRODUCTION).jwt_previous_secret_key is None
    assert (
        read(**PRODUCTION, JWT_PREVIOUS_SECRET_KEY=STRONG[::-1]).jwt_previous_secret_key
        == (STRONG[::-1])
    )


@pytest.mark.parametrize("secret", ["x" * 200, STRONG[:31], STRONG], ids=["weak", "short", "same"])
def test_production_refuses_a_previous_secret_that_is_weak_or_no_other(secret: str) -> None:
    assert faults(**PRODUCTION, JWT_PREVIOUS_SECRET_KEY=secret) == ["JWT_PREVIOUS_SECRET_KEY"]
