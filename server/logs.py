"""Logging through structlog: lines for people in development, JSON for machines in production."""

from __future__ import annotations

import logging.config

import structlog

from server.settings import Settings


def configure_logging(settings: Settings) -> None:
    """Set up the root logger, for the app's and the libraries' records alike."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.production
        else structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    )
    processors: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta
    ]
    if settings.production:
        processors.append(structlog.processors.format_exc_info)
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [*processors, renderer],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": settings.log_level.upper()},
            "loggers": {
                "uvicorn.error": {"level": "INFO" if settings.log_level == "debug" else "WARNING"},
                "alembic": {"level": "WARNING"},
                "databases": {"level": "WARNING"},
                "aiosqlite": {"level": "WARNING"},
            },
        }
    )
