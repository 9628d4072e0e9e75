"""What the app is made of, built once at start and passed to whoever needs it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from realtime.bus import Bus
from realtime.hub import Hub
from server.assistant.replies import Replies
from server.channel import Channels
from server.commands.service import CommandService
from server.figures.instance import InstanceFigures
from server.figures.tally import Tally
from server.identity.accounts import Accounts
from server.identity.derived import DerivedSecrets
from server.importing.run import Imports
from server.limits import Limits
from server.rates.door import Door
from server.rates.rates import Rates
from server.settings import Settings
from server.webhooks.deliverer import Deliverer
from storage import Storage


@dataclass(frozen=True)
class Services:
    settings: Settings
    limits: Limits
    storage: Storage
    bus: Bus
    hub: Hub
    accounts: Accounts
    secrets: DerivedSecrets
    rates: Rates
    door: Door
    commands: CommandService
    channels: Channels
    replies: Replies
    webhooks: Deliverer
    imports: Imports
    import_places: asyncio.Semaphore
    polls: asyncio.Semaphore  # the places for long polls
    tally: Tally
    figures: InstanceFigures


def services_of(connection: HTTPConnection) -> Services:
    """The services of the app that serves this request."""
    services = connection.app.state.services
    assert isinstance(services, Services)
    return services
