"""The app: built once from its settings, run by a lifespan that can be read top to bottom."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount, Router, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from realtime.bus import bus_for
from realtime.hub import Hub
from server import operations, pages, problems
from server.api.endpoint import routes_of
from server.api.registry import ENDPOINTS
from server.assistant.providers import provider_of
from server.assistant.replies import Replies
from server.assistant.stored import StoredReplies
from server.change_frames import StoredLog
from server.channel import Channels
from server.commands import assistant, webhooks
from server.commands.service import CommandService
from server.conventions import Compression, RequestIds
from server.description import pages as documentation
from server.draining import noticing_shutdown
from server.figures.instance import InstanceFigures
from server.figures.reading import Reading
from server.figures.tally import Tally
from server.figures.webhooks import webhook_families
from server.headers import SecurityHeaders
from server.housekeeping import Housekeeping
from server.identity.accounts import Accounts
from server.identity.derived import DerivedSecrets
from server.identity.passwords import Passwords
from server.identity.revocations import Revocations
from server.ids import new_id
from server.importing.run import Imports
from server.limits import Limits
from server.logs import configure_logging
from server.observing import Observed
from server.origins import OriginRule
from server.rates.addresses import Proxies
from server.rates.door import Door
from server.rates.figures import figures_of
from server.rates.rates import Rates
from server.rates.shared import SharedCounts
from server.services import Services, services_of
from server.settings import Settings
from server.tracing import Tracing
from server.version import VERSION
from server.webhooks.opening import open_webhooks
from storage import Storage

logger = logging.getLogger("clientflow.start")
_YOUNG_OBJECTS = (
    10_000  # before they are looked through for garbage; Python's own 700 suits short programs
)


def create_app(settings: Settings | None = None, limits: Limits | None = None) -> Starlette:
    """The ASGI app. Settings come from the environment unless given. Raises `SettingsError`."""
    settings = settings or Settings.from_environment()
    limits, tally = limits or Limits(), Tally()
    tracing = Tracing(settings, new_id()) if settings.otel_exporter_otlp_endpoint else None

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        _tell_settings(settings)
        async with open_services(settings, limits, tally, tracing) as services:
            app.state.services = services
            _leave_alone_what_stays()
            yield {"door": services.door}  # for the HTTP protocol, which is not the app's

    middleware = [Middleware(Compression)]
    if settings.allowed_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.allowed_origins,
                allow_methods=["GET", "POST", "PATCH", "DELETE"],
                allow_headers=[
                    "Authorization",
                    "Content-Type",
                    "Idempotency-Key",
                    "If-Match",
                    "If-None-Match",
                    "X-Request-ID",
                ],
                expose_headers=[
                    "ETag",
                    "Link",
                    "Location",
                    "RateLimit",
                    "RateLimit-Policy",
                    "Retry-After",
                    "X-Request-ID",
                ],
            )
        )
    return _App(
        settings,
        tally,
        tracing,
        debug=settings.debug,
        routes=[
            Mount("/api/v1", Router(routes_of(ENDPOINTS), redirect_slashes=False)),
            WebSocketRoute("/ws/workspaces/{workspace_id}", _channel),
            *operations.routes,
            *documentation.routes,
            *pages.routes,
        ],
        exception_handlers=problems.handlers,
        middleware=middleware,
        lifespan=lifespan,
    )


class _App(Starlette):
    """Starlette's own middleware answers what failed: the headers go around that too.

    A slash too many is not found: a redirect would lead to whatever host the request names.
    """

    def __init__(
        self, settings: Settings, tally: Tally, tracing: Tracing | None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.router.redirect_slashes = False
        self._settings = settings
        self._tally = tally
        self._tracing = tracing

    def build_middleware_stack(self) -> ASGIApp:
        app = SecurityHeaders(super().build_middleware_stack(), self._settings.public_url)
        return RequestIds(Observed(app, self.routes, self._tally, self._tracing))


def _tell_settings(settings: Settings) -> None:
    level = logging.INFO if settings.production else logging.DEBUG
    logger.log(level, "ClientFlow %s starts", VERSION, extra={"settings": settings.shown})
    if settings.production and settings.metrics_token is None:
        logger.info("METRICS_TOKEN is unset: /metrics is open to whoever reaches this server")


def _leave_alone_what_stays() -> None:
    """What was loaded by now lives as long as the process: the garbage collector need not go through it each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)


def create_served_app() -> Starlette:
    """What each process of `serve` runs: logging set up, then the app."""
    settings = Settings.from_environment()
    configure_logging(settings)
    return create_app(settings)


async def _channel(websocket: WebSocket) -> None:
    await services_of(websocket).channels.endpoint(websocket)


@contextlib.asynccontextmanager
async def open_services(
    settings: Settings,
    limits: Limits,
    tally: Tally | None = None,
    tracing: Tracing | None = None,
) -> AsyncIterator[Services]:
    """Open everything in order, and close it in the opposite one."""
    tally = tally or Tally()
    async with contextlib.AsyncExitStack() as stack:
        if tracing is not None:
            stack.push_async_callback(asyncio.to_thread, tracing.close)
        storage = Storage(settings.database_url)
        await storage.open()
        stack.push_async_callback(storage.close)

        bus = bus_for(settings.redis_url, settings.postgres_url)
        await bus.open()
        stack.push_async_callback(bus.close)

        instance = new_id()
        hub = Hub(
            log=StoredLog(storage),
            replies=StoredReplies(storage),
            bus=bus,
            instance=instance,
            limits=limits.hub,
            coalesce_window_s=settings.coalesce_window_ms / 1000,
            traced=tracing.delivered if tracing is not None else None,
        )
        await stack.enter_async_context(hub.running())
        stack.enter_context(noticing_shutdown(hub.drain))

        passwords = Passwords(settings.bcrypt_rounds, limits)
        stack.callback(passwords.close)
        secrets = DerivedSecrets(settings)
        revocations = Revocations(storage, bus, limits)
        await revocations.start()
        accounts = Accounts(storage, settings, limits, passwords, secrets, revocations)
        shared = SharedCounts(
            settings.redis_url,
            settings.jwt_secret_key,
            limits.max_keys_counted,
            limits.known_address_days * 86_400,
        )
        stack.push_async_callback(shared.close)
        rates = Rates(limits, shared, factor=settings.rate_factor)
        door = Door(limits, Proxies(settings.forwarded_allow_ips), settings.rate_factor)
        tally.sources.append(figures_of(rates, door))
        provider = provider_of(settings, limits.assistant)
        replies = Replies(storage, hub, provider, limits.assistant, instance)
        await stack.enter_async_context(replies.running())
        hooks = await stack.enter_async_context(
            open_webhooks(storage, hub, settings, limits.webhooks, instance)
        )
        tally.sources.append(partial(webhook_families, hooks.deliverer))
        commands = CommandService(
            storage,
            hub,
            secrets,
            limits,
            hooks.sealing,
            {
                **assistant.handlers(replies, settings.assistant_daily_tokens),
                **webhooks.handlers(hooks.deliverer, hooks.guard, hooks.sealing),
            },
            rates.command_in,
            tally,
            tracing,
        )
        stack.push_async_callback(commands.finish, limits.finish_commands_timeout_s)

        origins = OriginRule(settings.allowed_origins, settings.public_url)
        channels = Channels(storage, hub, accounts, commands, limits, origins, rates, tally=tally)
        figures = InstanceFigures(
            Reading(tally, hub, bus, storage, lambda: commands.waiting, replies),
            several=settings.web_concurrency > 1,
        )
        stack.enter_context(figures.opened())
        revocations.on_revoked.append(channels.put_out)
        async with asyncio.TaskGroup() as tasks:
            housekeeping = Housekeeping(storage, limits, settings.change_log_retention_days)
            kept_running = [
                tasks.create_task(channels.keep_time()),
                tasks.create_task(revocations.run()),
                tasks.create_task(housekeeping.run()),
                tasks.create_task(figures.keep_writing()),
            ]
            yield Services(
                settings=settings,
                limits=limits,
                storage=storage,
                bus=bus,
                hub=hub,
                accounts=accounts,
                secrets=secrets,
                rates=rates,
                door=door,
                commands=commands,
                channels=channels,
                replies=replies,
                webhooks=hooks.deliverer,
                imports=Imports(commands, storage.clients, hub, limits),
                import_places=asyncio.Semaphore(limits.max_imports),
                polls=asyncio.Semaphore(limits.max_long_polls),
                tally=tally,
                figures=figures,
            )
            for task in kept_running:
                task.cancel()
