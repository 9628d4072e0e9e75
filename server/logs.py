"""Logging through structlog: lines for people in development, JSON for machines in production.

Every record goes through one pipeline: the app's, uvicorn's, Gunicorn's and the libraries'. What a request or a frame
is about (`request_id`, `user_id`, `workspace_id`, `session_id`, `command_id`) is bound where it is known, and then in
every line that comes of it.
"""

from __future__ import annotations

import logging.config
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar, Token
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog

from server.redaction import Redaction
from server.settings import Settings

_context: ContextVar[Mapping[str, str]] = ContextVar("log_context", default=MappingProxyType({}))


class LogContext:
    """Lines that are logged within the block carry these fields, besides those of the blocks around it."""

    __slots__ = ("_fields", "_token")

    _token: Token[Mapping[str, str]]

    def __init__(self, **fields: str) -> None:
        self._fields = fields

    def __enter__(self) -> None:
        self._token = _context.set({**_context.get(), **self._fields})

    def __exit__(self, *exc_info: object) -> None:
        _context.reset(self._token)


def bind(**fields: str) -> None:
    """From here on lines of this task, and of those that it starts, carry these fields."""
    _context.set({**_context.get(), **fields})


def request_id() -> str | None:
    """The id of the request that is being answered, if one is."""
    return _context.get().get("request_id")


def configure_logging(settings: Settings) -> None:
    """Set up the root logger, for the app's and the libraries' records alike."""
    logging.config.dictConfig(logging_config(settings))


def logging_config(settings: Settings) -> dict[str, Any]:
    """The configuration for `logging.config.dictConfig`, or Gunicorn's `logconfig_dict`."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_context,
    ]
    as_json = settings.log_format == "json"
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(serializer=_as_json)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    Redaction(_secrets_of(settings)),
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": settings.log_level.upper()},
        "loggers": {
            "uvicorn.error": {"level": "INFO" if settings.log_level == "debug" else "WARNING"},
            "uvicorn.access": {"level": "CRITICAL"},  # clientflow.access says it, without the query
            "gunicorn.error": {"handlers": [], "propagate": True},
            "gunicorn.access": {"handlers": [], "propagate": True},
            "alembic": {"level": "WARNING"},
            "databases": {"level": "WARNING"},
            "aiosqlite": {"level": "WARNING"},
            "opentelemetry": {"level": "WARNING"},
            "httpx2": {
                "level": "WARNING"
            },  # its lines show URLs, and those of webhooks are secrets
            "httpcore2": {"level": "WARNING"},
        },
    }


def _add_context(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    event.pop("color_message", None)  # uvicorn's, for terminals
    for name, value in _context.get().items():
        if value:
            event.setdefault(name, value)
    return event


def _secrets_of(settings: Settings) -> list[str | None]:
    urls = (settings.database_url, settings.redis_url)
    return [
        settings.jwt_secret_key,
        settings.jwt_previous_secret_key,
        settings.openai_api_key,
        settings.metrics_token,
        *(urlsplit(url).password for url in urls if url),
    ]


def _as_json(event: Any, **options: Any) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
