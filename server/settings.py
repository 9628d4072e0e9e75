"""Settings from the environment, validated at start: every fault is named in one message."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from server.origins import origin_of
from storage.address import normalised

Environment = Literal["development", "test", "staging", "production"]
SECRET_FILE = Path(".clientflow-secret")
# RFC 7518, section 3.2: a key is at least as long as the hash.
MIN_SECRET_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}

MIN_TOKEN_CHARS = 16

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
    forwarded_allow_ips: str
    jwt_secret_key: str
    jwt_previous_secret_key: str | None
    jwt_algorithm: Literal["HS256", "HS384", "HS512"]
    access_token_expire_minutes: int
    refresh_token_expire_days: int
    public_url: str | None
    allowed_origins: tuple[str, ...]
    log_level: str
    log_format: Literal["console", "json"]
    metrics_token: str | None
    otel_exporter_otlp_endpoint: str | None
    rate_limits: str
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
    webhook_allow_http: bool
    webhook_allowed_networks: tuple[IPv4Network | IPv6Network, ...]

    @property
    def production(self) -> bool:
        return self.environment in ("staging", "production")

    @property
    def postgres_url(self) -> str | None:
        return self.database_url if self.database_url.startswith("postgresql") else None

    @property
    def rate_factor(self) -> float:
        """What rate limits are multiplied by; 0: there are none."""
        words = {"on": 1.0, "off": 0.0}
        return words[self.rate_limits] if self.rate_limits in words else float(self.rate_limits)

    @property
    def has_model_access(self) -> bool:
        """Whether AI_PROVIDER=openai has a key, or a service that may need none."""
        return self.openai_api_key is not None or self.openai_base_url is not None

    @property
    def shown(self) -> dict[str, object]:
        """Every setting, for the log: of a secret only whether there is one, of a URL no password."""
        return {name: _shown(name, value) for name, value in msgspec.structs.asdict(self).items()}

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
            redis_url=_redis(reader),
            forwarded_allow_ips=reader.read(
                "FORWARDED_ALLOW_IPS",
                "127.0.0.1",
                _proxies,
                "addresses or networks such as 10.0.0.0/8, or *",
            ),
            jwt_secret_key=_secret(reader, algorithm, strict, secret_file),
            jwt_previous_secret_key=_previous_secret(reader, algorithm, strict),
            jwt_algorithm=algorithm,  # type: ignore[arg-type]
            access_token_expire_minutes=reader.integer(
                "ACCESS_TOKEN_EXPIRE_MINUTES", 15, 1, 24 * 60
            ),
            refresh_token_expire_days=reader.integer("REFRESH_TOKEN_EXPIRE_DAYS", 7, 1, 365),
            public_url=reader.read(
                "PUBLIC_URL", "", _public_url, "an address such as https://crm.example.com"
            ),
            allowed_origins=reader.read("ALLOWED_ORIGINS", "", _origins, _ORIGINS_HINT),
            log_level=reader.one_of(
                "LOG_LEVEL", "info", ("debug", "info", "warning", "error", "critical")
            ),
            log_format=reader.one_of(
                "LOG_FORMAT", "json" if strict else "console", ("console", "json")
            ),  # type: ignore[arg-type]
            metrics_token=reader.text("METRICS_TOKEN", "") or None,
            otel_exporter_otlp_endpoint=reader.read(
                "OTEL_EXPORTER_OTLP_ENDPOINT", "", _http_url, "a URL such as http://localhost:4318"
            ),
            rate_limits=reader.read(
                "RATE_LIMITS", "on", _rate_limits, "on, off, or a factor such as 2 or 0.5"
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
            webhook_allow_http=reader.read(
                "WEBHOOK_ALLOW_HTTP", "false" if strict else "true", _boolean, "true or false"
            ),
            webhook_allowed_networks=reader.read(
                "WEBHOOK_ALLOWED_NETWORKS",
                "",
                _networks,
                "networks such as 10.1.0.0/16, separated by commas",
            ),
        )
        if strict and settings.debug:
            reader.fault("DEBUG", "must be false in production: it shows tracebacks to strangers")
        if strict and settings.ai_provider == "openai" and not settings.has_model_access:
            reader.fault(
                "OPENAI_API_KEY",
                "must be set for AI_PROVIDER=openai; a service of your own (OPENAI_BASE_URL) may need none",
            )
        if settings.metrics_token is not None and len(settings.metrics_token) < MIN_TOKEN_CHARS:
            reader.fault("METRICS_TOKEN", f"must have at least {MIN_TOKEN_CHARS} characters")
        if settings.otel_exporter_otlp_endpoint and not _can_trace():
            reader.fault(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "needs more packages: those of requirements-tracing.txt",
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


def _shown(name: str, value: object) -> object:
    if name.endswith(("_key", "_token")):
        return "set" if value else "unset"
    if isinstance(value, str) and "@" in value:
        before, _, host = value.rpartition("@")
        return f"{before.partition('://')[0]}://…@{host}"
    return value


def _can_trace() -> bool:
    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http.trace_exporter") is not None
    except ModuleNotFoundError:  # of a package above it
        return False


def _rate_limits(value: str) -> str:
    value = value.casefold()
    if value not in ("on", "off") and not 0.01 <= float(value) <= 100_000:  # nor is NaN
        raise ValueError(value)
    return value


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


def _redis(reader: _Reader) -> str | None:
    """REDIS_URL; without REDIS_TLS_VERIFY, redis-py is told in it to take any certificate."""
    url = reader.read("REDIS_URL", "", _redis_url, "a URL such as redis://host:6379/0")
    verify = reader.read("REDIS_TLS_VERIFY", "true", _boolean, "true or false")
    if verify or url is None or not url.startswith("rediss:"):
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}ssl_cert_reqs=none"


def _redis_url(value: str) -> str | None:
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ValueError(value)
    return value


def _proxies(value: str) -> str:
    """Which peers are believed about X-Forwarded-*, as uvicorn and Gunicorn take it."""
    if value != "*":
        for proxy in value.split(","):
            ip_network(proxy.strip())
    return value


def _networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    given = [network.strip() for network in value.split(",")]
    return tuple(ip_network(network) for network in given if network)


def _http_url(value: str) -> str | None:
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(value)
    return value.rstrip("/")


def _public_url(value: str) -> str | None:
    return str(origin_of(value.rstrip("/"))) if value else None


def _origins(value: str) -> tuple[str, ...]:
    """As browsers send them. Raises ValueError for what is none, such as a wildcard."""
    given = [origin.strip().rstrip("/") for origin in value.split(",")]
    return tuple(str(origin_of(origin)) for origin in given if origin)


def _secret(reader: _Reader, algorithm: str, strict: bool, secret_file: Path) -> str:
    secret = reader.text("JWT_SECRET_KEY", "")
    if not strict:
        secret = secret or _kept_secret(secret_file)
        if not secret:
            reader.fault(
                "JWT_SECRET_KEY", f"is kept in {secret_file.name}, which is empty: delete it"
            )
        return secret
    _check_secret(reader, "JWT_SECRET_KEY", secret, algorithm)
    return secret


def _previous_secret(reader: _Reader, algorithm: str, strict: bool) -> str | None:
    """The secret before a rotation, while tokens that it signed are still out."""
    secret = reader.text("JWT_PREVIOUS_SECRET_KEY", "")
    if not secret:
        return None
    if strict:
        _check_secret(reader, "JWT_PREVIOUS_SECRET_KEY", secret, algorithm)
    if secret == reader.text("JWT_SECRET_KEY", ""):
        reader.fault(
            "JWT_PREVIOUS_SECRET_KEY", "is JWT_SECRET_KEY: give the one from before, or none"
        )
    return secret


def _check_secret(reader: _Reader, name: str, secret: str, algorithm: str) -> None:
    needed = MIN_SECRET_BYTES[algorithm]
    if len(secret.encode()) < needed or len(set(secret)) < 10:
        reader.fault(
            name,
            f"must be at least {needed} random bytes; make one with: openssl rand -hex {needed}",
        )


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
