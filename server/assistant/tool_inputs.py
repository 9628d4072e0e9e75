"""What each tool takes: structs that give the model its schema and check what it sends."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from server.assistant.provider import ToolSpec

_Limit = Annotated[int, Meta(ge=1, le=50, description="How many at most.")]
_Days = Annotated[int, Meta(ge=0, le=3650)]


class ToolInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """The docstring of each is what the model is told about the tool."""


class BoardSummary(ToolInput, frozen=True, tag="board_summary"):
    """Totals of the whole board: stages, owners, tags and members; counts, and values by currency in minor units."""


class ListClients(ToolInput, frozen=True, tag="list_clients"):
    """Some clients, filtered and sorted."""

    stage: Annotated[str | None, Meta(description="A stage's key.")] = None
    owner_id: Annotated[str | None, Meta(description="A member's id, or 'none'.")] = None
    tag: str | None = None
    sort: Literal[
        "position", "name", "value", "-value", "updated_at", "-updated_at", "-created_at"
    ] = "-updated_at"
    limit: _Limit = 20


class SearchClients(ToolInput, frozen=True, tag="search_clients"):
    """Clients in whose name, company, email, phone, notes or tags every word of `query` stands."""

    query: Annotated[str, Meta(min_length=1, max_length=200)]
    limit: _Limit = 10


class GetClient(ToolInput, frozen=True, tag="get_client"):
    """One client with its notes and its latest comments."""

    client_id: str


class ClientHistory(ToolInput, frozen=True, tag="client_history"):
    """Who changed what of a client, the newest first."""

    client_id: str
    limit: _Limit = 20


class DueClients(ToolInput, frozen=True, tag="due_clients"):
    """Open clients whose next action is overdue or due within so many days."""

    within_days: _Days = 7
    limit: _Limit = 30


class QuietClients(ToolInput, frozen=True, tag="quiet_clients"):
    """Open clients that nobody has changed or commented on for so many days, the longest first."""

    days: _Days = 14
    limit: _Limit = 20


class RecentChanges(ToolInput, frozen=True, tag="recent_changes"):
    """What has happened on the board in the last days, from its log, the newest first."""

    days: Annotated[int, Meta(ge=1, le=90)] = 7


class ProposeChange(ToolInput, frozen=True, tag="propose_change"):
    """Propose a change. It is shown to the people as a card and changes nothing until one of them applies it."""

    op: Literal["client.create", "client.update", "comment.create"]
    data: Annotated[
        dict[str, Any],
        Meta(
            description="The fields to set: name, company, email, phone, stage (a key; setting it moves the client),"
            " value {amount in minor units, currency}, owner_id, tags, notes, next_action_at (RFC 3339);"
            " for comment.create only body."
        ),
    ]
    client_id: Annotated[str | None, Meta(description="The client; not with client.create.")] = None
    reason: Annotated[str, Meta(max_length=500, description="Why, in one sentence.")] = ""


AnyInput: TypeAlias = (
    BoardSummary
    | ListClients
    | SearchClients
    | GetClient
    | ClientHistory
    | DueClients
    | QuietClients
    | RecentChanges
    | ProposeChange
)
INPUTS: tuple[type[ToolInput], ...] = AnyInput.__args__


def name_of(input_: type[ToolInput]) -> str:
    tag = input_.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


def _spec(input_: type[ToolInput]) -> ToolSpec:
    """The schema without msgspec's tag, which is the tool's name, and without references."""
    schemas, components = msgspec.json.schema_components([input_], ref_template="{name}")
    schema = components[schemas[0]["$ref"]]
    properties = {name: field for name, field in schema["properties"].items() if name != "type"}
    required = [name for name in schema["required"] if name != "type"]
    parameters = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    return ToolSpec(name_of(input_), (input_.__doc__ or "").strip(), parameters)


SPECS = tuple(_spec(input_) for input_ in INPUTS)
