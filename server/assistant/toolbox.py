"""The tools of one reply: they read the board as its asker may, and can change nothing.

The only tool that is not a reading one leaves a proposal beside the reply. What stands in records goes to the model as
data in a tool's answer, and no text, of a record or of the model, leads to a command.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from realtime.validation import Refused, decode
from server.assistant import tool_inputs as inputs
from server.assistant.board_digest import Found
from server.assistant.board_reader import BoardReader, NoSuchClient
from server.assistant.proposing import Proposer, Unproposable
from server.assistant.provider import Fault, FaultKind, ToolCall, ToolSpec
from storage import Storage
from storage.assistant_records import AssistantMessage

MAX_RESULT_BYTES = 24_000
_encode = msgspec.json.Encoder().encode
_Tool = Callable[[Any], Awaitable[Found]]


class Toolbox:
    specs: tuple[ToolSpec, ...] = inputs.SPECS

    def __init__(self, storage: Storage, message: AssistantMessage, proposer: Proposer) -> None:
        self._storage = storage
        self._message = message
        board = BoardReader(storage, message.workspace_id)
        tools: dict[type[inputs.ToolInput], _Tool] = {
            inputs.BoardSummary: board.board_summary,
            inputs.ListClients: board.list_clients,
            inputs.SearchClients: board.search_clients,
            inputs.GetClient: board.get_client,
            inputs.ClientHistory: board.client_history,
            inputs.DueClients: board.due_clients,
            inputs.QuietClients: board.quiet_clients,
            inputs.RecentChanges: board.recent_changes,
            inputs.ProposeChange: proposer.propose,
        }
        self._tools = {
            inputs.name_of(input_): (msgspec.json.Decoder(input_), tool)
            for input_, tool in tools.items()
        }

    async def run(self, call: ToolCall) -> str:
        """What the tool found, as JSON; a call that cannot be is answered with `error`.

        Raises `Fault` when the asker may not read the workspace any more.
        """
        await self._check_membership()
        known = self._tools.get(call.name)
        if known is None:
            return _error(f"There is no tool {call.name!r}.")
        decoder, tool = known
        try:
            found = await tool(decode(decoder, call.arguments or "{}"))
        except Refused as refused:
            return _error(refused.problem.detail)
        except NoSuchClient as missing:
            return _error(f"There is no client {missing}.")
        except Unproposable as reason:
            return _error(str(reason))
        return _bounded(found)

    async def _check_membership(self) -> None:
        message = self._message
        if await self._storage.members.role(message.workspace_id, message.asked_by_id) is None:
            raise Fault(
                FaultKind.NOT_A_MEMBER, "Whoever asked is no longer a member of this workspace."
            )


def _error(message: str) -> str:
    return _encode({"error": message}).decode()


def _bounded(found: Found) -> str:
    """The JSON of what was found; its longest lists are cut until it fits."""
    text = _encode(found)
    while len(text) > MAX_RESULT_BYTES:
        lists = [name for name, value in found.items() if isinstance(value, list) and value]
        if not lists:
            return _error("There is too much of it.")
        longest = max(lists, key=lambda name: len(_encode(found[name])))
        kept = found[longest][: len(found[longest]) // 2]
        found = {**found, longest: kept, "more": True}
        text = _encode(found)
    return text.decode()
