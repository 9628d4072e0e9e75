"""The app: built once from its settings, run by a lifespan that can be read top to bottom."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount, WebSocketRoute
from starlette.websockets import WebSocket

from realtime.bus import bus_for
from realtime.hub import Hub
from server import operations, pages, problems
from server.api import accounts as accounts_api
from server.api import assistant as assistant_api
from server.api import clients as clients_api
from server.api import transfer as transfer_api
from server.api import workspaces as workspaces_api
from server.assistant.providers import provider_of
from server.assistant.replies import Replies
from server.assistant.stored import StoredReplies
from server.change_frames import StoredLog
from server.channel import Channels
from server.commands import assistant
from server.commands.service import CommandService
from server.draining import noticing_shutdown
from server.housekeeping import Housekeeping
from server.identity.accounts import Accounts
from server.identity.derived import DerivedSecrets
from server.identity.passwords import Passwords
from server.ids import new_id
from server.importing.run import Imports
from server.limits import Limits
from server.services import Services, services_of
from server.settings import Settings
from storage import Storage

_YOUNG_OBJECTS = (
    10_000  # before they are looked through for garbage; Python's own 700 suits short programs
)


def create_app(settings: Settings | None = None, limits: Limits | None = None) -> Starlette:
    """The ASGI app. Settings come from the environment unless given. Raises `SettingsError`."""
    settings = settings or Settings.from_environment()
    limits = limits or Limits()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_services(settings, limits) as services:
            app.state.services = services
            _leave_alone_what_stays()
            yield

    middleware = [Middleware(pages.SecurityHeaders)]
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
                ],
                expose_headers=["ETag", "Link", "Location", "Retry-After"],
            )
        )
    return Starlette(
        debug=settings.debug,
        routes=[
            Mount(
                "/api/v1",
                routes=[
                    *accounts_api.routes,
                    *workspaces_api.routes,
                    *clients_api.routes,
                    *assistant_api.routes,
                    *transfer_api.routes,
                ],
            ),
            WebSocketRoute("/ws/workspaces/{workspace_id}", _channel),
            *operations.routes,
            *pages.routes,
        ],
        exception_handlers=problems.handlers,
        middleware=middleware,
        lifespan=lifespan,
    )


def _leave_alone_what_stays() -> None:
    """What was loaded by now lives as long as the process: the garbage collector need not go through it each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)


async def _channel(websocket: WebSocket) -> None:
    await services_of(websocket).channels.endpoint(websocket)


@contextlib.asynccontextmanager
async def open_services(settings: Settings, limits: Limits) -> AsyncIterator[Services]:
    """Open everything in order, and close it in the opposite one."""
    async with contextlib.AsyncExitStack() as stack:
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
        )
        await stack.enter_async_context(hub.running())
        stack.enter_context(noticing_shutdown(hub.drain))

        passwords = Passwords(settings.bcrypt_rounds, limits)
        stack.callback(passwords.close)
        secrets = DerivedSecrets(settings)
        accounts = Accounts(storage, settings, limits, passwords, secrets)
        provider = provider_of(settings, limits.assistant)
        replies = Replies(storage, hub, provider, limits.assistant, instance)
        await stack.enter_async_context(replies.running())
        commands = CommandService(
            storage,
            hub,
            secrets,
            limits,
            assistant.handlers(replies, settings.assistant_daily_tokens),
        )
        stack.push_async_callback(commands.finish, limits.finish_commands_timeout_s)

        channels = Channels(storage, hub, accounts, commands, limits, settings.allowed_origins)
        async with asyncio.TaskGroup() as tasks:
            housekeeping = Housekeeping(storage, limits, settings.change_log_retention_days)
            kept_running = [
                tasks.create_task(channels.keep_time()),
                tasks.create_task(housekeeping.run()),
            ]
            yield Services(
                settings=settings,
                limits=limits,
                storage=storage,
                bus=bus,
                hub=hub,
                accounts=accounts,
                secrets=secrets,
                commands=commands,
                channels=channels,
                replies=replies,
                imports=Imports(commands, storage.clients, hub, limits),
                import_places=asyncio.Semaphore(limits.max_imports),
                polls=asyncio.Semaphore(limits.max_long_polls),
            )
            for task in kept_running:
                task.cancel()
