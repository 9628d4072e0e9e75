"""Every endpoint of /api/v1, in the order in which its route is looked for."""

from __future__ import annotations

from server.api import accounts, assistant, clients, transfer, webhooks, workspaces
from server.api.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *accounts.endpoints,
    *workspaces.endpoints,
    *clients.endpoints,
    *assistant.endpoints,
    *transfer.endpoints,
    *webhooks.endpoints,
)
