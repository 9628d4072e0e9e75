"""Settings from the environment, validated at start: every fault is named in one message."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from storage.address import normalised

Environment = Literal["development", "test", "staging", "production"]
SECRET_FILE = Path(".clientflow-secret")
# RFC 7518, section 3.2: a key is at least as long as the hash.
MIN_SECRET_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}

T = TypeVar("T")


class SettingsError(Exception):
    """One or more settings are wrong; the message names each and says what would be right."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    environment: Environment
    debug: bool
    host: str
    port: int
    database_url: str
    redis_url: str | None
    jwt_secret_key: str
    jwt_algorithm: Literal["HS256", "HS384", "HS512"]
    access_token_expire_minutes: int
    refresh_token_expire_days: int
    allowed_origins: tuple[str, ...]
    log_level: str
    web_concurrency: int
    coalesce_window_ms: int
    bcrypt_rounds: int
    change_log_retention_days: int
    ai_provider: Literal["local", "openai"]
    openai_api_key: str | None
    openai_base_url: str | None
    openai_model: str
    openai_stall_seconds: int
    assistant_daily_tokens: int

    @property
    def production(self) -> bool:
        return self.environment in ("staging", "production")

    @property
    def postgres_url(self) -> str | None:
        return self.database_url if self.database_url.startswith("postgresql") else None

    @property
    def has_model_access(self) -> bool:
        """Whether AI_PROVIDER=openai has a key, or a service that may need none."""
        return self.openai_api_key is not None or self.openai_base_url is not None

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str] = os.environ, secret_file: Path = SECRET_FILE
    ) -> Settings:
        """Read and check every setting. Raises `SettingsError` naming all faults at once."""
        reader = _Reader(environ)
        environment = reader.one_of(
            "ENVIRONMENT", "development", ("development", "test", "staging", "production")
        )
        strict = environment in ("staging", "production")
        algorithm = reader.one_of("JWT_ALGORITHM", "HS256", tuple(MIN_SECRET_BYTES))
        settings = cls(
            environment=environment,  # type: ignore[arg-type]
            debug=reader.read("DEBUG", "false", _boolean, "true or false"),
            host=reader.text("HOST", "127.0.0.1" if not strict else "0.0.0.0"),  # noqa: S104
            port=reader.integer("PORT", 8000, 0, 65535),
            database_url=reader.read(
                "DATABASE_URL", _default_database(reader), _database_url, _DATABASE_HINT
            ),
            redis_url=reader.read("REDIS_URL", "", _redis_url, "a URL such as redis://host:6379/0"),
            jwt_secret_key=_secret(reader, algorithm, strict, secret_file),
            jwt_algorithm=algorithm,  # type: ignore[arg-type]
            access_token_expire_minutes=reader.integer(
                "ACCESS_TOKEN_EXPIRE_MINUTES", 15, 1, 24 * 60
            ),
            refresh_token_expire_days=reader.integer("REFRESH_TOKEN_EXPIRE_DAYS", 7, 1, 365),
            allowed_origins=reader.read("ALLOWED_ORIGINS", "", _origins, _ORIGINS_HINT),
            log_level=reader.one_of(
                "LOG_LEVEL", "info", ("debug", "info", "warning", "error", "critical")
            ),
            web_concurrency=reader.integer("WEB_CONCURRENCY", 1, 1, 64),
            change_log_retention_days=reader.integer("CHANGE_LOG_RETENTION_DAYS", 365, 0, 36_500),
            coalesce_window_ms=reader.integer("COALESCE_WINDOW_MS", 10, 0, 10),
            bcrypt_rounds=reader.integer("BCRYPT_ROUNDS", 12, 10 if strict else 4, 16),
            ai_provider=reader.one_of("AI_PROVIDER", "local", ("local", "openai")),  # type: ignore[arg-type]
            openai_api_key=reader.text("OPENAI_API_KEY", "") or None,
            openai_base_url=reader.read(
                "OPENAI_BASE_URL", "", _http_url, "a URL such as http://localhost:11434/v1"
            ),
            openai_model=reader.text("OPENAI_MODEL", "gpt-4o-mini"),
            openai_stall_seconds=reader.integer("OPENAI_STALL_SECONDS", 60, 1, 600),
            assistant_daily_tokens=reader.integer(
                "ASSISTANT_DAILY_TOKENS", 1_000_000, 0, 1_000_000_000
            ),
        )
        if strict and settings.debug:
            reader.fault("DEBUG", "must be false in production: it shows tracebacks to strangers")
        if strict and settings.ai_provider == "openai" and not settings.has_model_access:
            reader.fault(
                "OPENAI_API_KEY",
                "must be set for AI_PROVIDER=openai; a service of your own (OPENAI_BASE_URL) may need none",
            )
        if settings.web_concurrency > 1 and settings.postgres_url is None:
            reader.fault(
                "WEB_CONCURRENCY", "must be 1 with SQLite: several processes need PostgreSQL"
            )
        reader.raise_if_faulty()
        return settings


_DATABASE_HINT = (
    "a URL such as sqlite:///./clientflow.db or postgresql://user:password@host:5432/name"
)
_ORIGINS_HINT = "origins such as https://app.example.com, separated by commas"


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._faults: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def read(self, name: str, default: str, parse: Callable[[str], T], wanted: str) -> T:
        """Parse a setting; on ValueError note the fault and go on with what the default gives."""
        try:
            return parse(self.text(name, default))
        except ValueError:
            self.fault(name, f"must be {wanted}")
            return parse(default)

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        def parse(value: str) -> int:
            number = int(value)
            if not low <= number <= high:
                raise ValueError(value)
            return number

        return self.read(name, str(default), parse, f"a whole number from {low} to {high}")

    def one_of(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        by_folded = {choice.casefold(): choice for choice in choices}

        def parse(value: str) -> str:
            if value.casefold() not in by_folded:
                raise ValueError(value)
            return by_folded[value.casefold()]

        return self.read(name, default, parse, "one of " + ", ".join(choices))

    def fault(self, name: str, message: str) -> None:
        self._faults.append(f"{name} {message}")

    def raise_if_faulty(self) -> None:
        if self._faults:
            listed = "\n".join(f"  - {fault}" for fault in self._faults)
            raise SettingsError(f"ClientFlow cannot start, these settings are wrong:\n{listed}")


def _boolean(value: str) -> bool:
    folded = value.casefold()
    if folded in ("1", "true", "yes", "on"):
        return True
    if folded in ("0", "false", "no", "off"):
        return False
    raise ValueError(value)


def _default_database(reader: _Reader) -> str:
    """POSTGRES_* as an alternative to DATABASE_URL; neither: SQLite in the working directory."""
    host, user = reader.text("POSTGRES_HOST", ""), reader.text("POSTGRES_USER", "")
    if not host and not user:
        return "sqlite:///./clientflow.db"
    password = reader.text("POSTGRES_PASSWORD", "")
    credentials = quote(user or "postgres", safe="")
    if password:
        credentials += f":{quote(password, safe='')}"
    port = reader.integer("POSTGRES_PORT", 5432, 1, 65535)
    name = reader.text("POSTGRES_DB", user or "postgres")
    return f"postgresql://{credentials}@{host or 'localhost'}:{port}/{quote(name, safe='')}"


def _database_url(value: str) -> str:
    url = normalised(value)
    if url.startswith("postgresql:"):
        parts = urlsplit(url)
        if not parts.path.strip("/") or parts.port == 0:  # .port raises for what is no port
            raise ValueError(value)
    return url


def _redis_url(value: str) -> str | None:
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ValueError(value)
    return value


def _http_url(value: str) -> str | None:
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(value)
    return value.rstrip("/")


def _origins(value: str) -> tuple[str, ...]:
    origins = tuple(origin.strip().rstrip("/") for origin in value.split(",") if origin.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
            raise ValueError(value)
    return origins


def _secret(reader: _Reader, algorithm: str, strict: bool, secret_file: Path) -> str:
    secret = reader.text("JWT_SECRET_KEY", "")
    if not strict:
        secret = secret or _kept_secret(secret_file)
        if not secret:
            reader.fault(
                "JWT_SECRET_KEY", f"is kept in {secret_file.name}, which is empty: delete it"
            )
        return secret
    needed = MIN_SECRET_BYTES[algorithm]
    if len(secret.encode()) < needed or len(set(secret)) < 10:
        reader.fault(
            "JWT_SECRET_KEY",
            f"must be at least {needed} random bytes; make one with: openssl rand -hex {needed}",
        )
    return secret


def _kept_secret(path: Path) -> str:
    """The development secret, made once. Its file appears whole, so that two processes agree."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):  # another process was first
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
