"""OpenAI's chat completions, streamed with tools, or any service that speaks their protocol.

What a provider says about its own errors never reaches the thread: such texts can quote keys.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AsyncOpenAI,
    AsyncStream,
    Timeout,
)
from openai.types.chat import ChatCompletionChunk

from server.assistant.limits import AssistantLimits
from server.assistant.provider import (
    AnyTurn,
    End,
    Fault,
    FaultKind,
    ProviderEvent,
    ReplyTurn,
    Text,
    ToolCall,
    ToolSpec,
    ToolTurn,
    Usage,
)
from server.settings import Settings

logger = logging.getLogger("clientflow.assistant")
CONNECT_TIMEOUT_S = 5.0
_ENDS: dict[str, Literal["length", "filtered"]] = {
    "length": "length",
    "content_filter": "filtered",
}
_Stream = AsyncStream[ChatCompletionChunk]


class OpenAIProvider:
    name = "openai"

    def __init__(self, settings: Settings, limits: AssistantLimits) -> None:
        self.model = settings.openai_model
        self._limits = limits
        self._stall_s = settings.openai_stall_seconds
        self._has_access = settings.has_model_access
        self._client = AsyncOpenAI(
            api_key=settings.openai_api_key or "none",
            base_url=settings.openai_base_url,
            timeout=Timeout(self._stall_s, connect=CONNECT_TIMEOUT_S),
            max_retries=0,  # its own retries wait for minutes, in which nobody sees why
        )

    async def close(self) -> None:
        await self._client.close()

    async def stream(
        self, turns: Sequence[AnyTurn], tools: Sequence[ToolSpec]
    ) -> AsyncIterator[ProviderEvent]:
        if not self._has_access:
            raise Fault(FaultKind.NO_KEY, "The server has no OPENAI_API_KEY: its operator sets it.")
        stream = await self._opened(turns, tools)
        try:
            async for event in _events(stream):
                yield event
        except APITimeoutError as error:
            raise self._stalled() from error
        except APIConnectionError as error:
            raise _cut() from error
        except APIError as error:
            raise Fault(
                FaultKind.FAILED, "The model's provider broke the reply off with an error."
            ) from error
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            logger.warning(
                "the model's provider sent what cannot be read: %s", type(error).__name__
            )
            raise _malformed() from error
        finally:
            await stream.close()

    async def _opened(self, turns: Sequence[AnyTurn], tools: Sequence[ToolSpec]) -> _Stream:
        """The answer once it begins; what fails before that is tried again a few times."""
        request: dict[str, Any] = {
            "model": self.model,
            "messages": [_message(turn) for turn in turns],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if tools:
            request["tools"] = [_tool(spec) for spec in tools]
        limits = self._limits
        waits_s = iter(limits.provider_retry_wait_s * 4**n for n in range(limits.provider_retries))
        while True:
            wait_s = next(waits_s, None)
            try:
                stream: _Stream = await self._client.chat.completions.create(**request)
                return stream
            except APITimeoutError as error:
                raise self._stalled() from error
            except APIConnectionError as error:
                if wait_s is None:
                    raise Fault(
                        FaultKind.UNREACHABLE,
                        "The model's provider cannot be reached: ask again later.",
                    ) from error
            except APIStatusError as error:
                logger.warning("the model's provider answered with status %d", error.status_code)
                asked_s = _retry_after_s(error)
                passing = error.status_code in (408, 409, 429) or error.status_code >= 500
                if wait_s is not None and asked_s is not None:
                    wait_s = asked_s if asked_s <= limits.max_provider_wait_s else None
                if not passing or wait_s is None:
                    raise self._refusal(error.status_code, asked_s) from error
            except (APIError, ValueError, TypeError) as error:
                raise _malformed() from error
            await asyncio.sleep(wait_s)

    def _refusal(self, status: int, retry_after_s: float | None) -> Fault:
        if status in (401, 403):
            return Fault(
                FaultKind.REFUSED,
                "The model's provider does not accept this server's key: its operator sees to it.",
            )
        if status == 404:
            return Fault(
                FaultKind.REFUSED,
                f"The model's provider does not know the model {self.model}: the operator sets OPENAI_MODEL.",
            )
        if status == 429:
            when = "later" if retry_after_s is None else f"in {max(1, round(retry_after_s))} s"
            return Fault(
                FaultKind.RATE_LIMITED,
                f"The model's provider takes no more requests for now: ask again {when}.",
            )
        if status >= 500:
            return Fault(
                FaultKind.FAILED,
                f"The model's provider has a fault of its own (status {status}): ask again later.",
            )
        return Fault(
            FaultKind.REFUSED, f"The model's provider did not accept the request (status {status})."
        )

    def _stalled(self) -> Fault:
        return Fault(
            FaultKind.STALLED,
            f"The model's provider was silent for {self._stall_s} s: ask once more.",
        )


async def _events(stream: _Stream) -> AsyncIterator[ProviderEvent]:
    calls: dict[int, _PartOfCall] = {}
    finished: str | None = None
    async for chunk in stream:
        if chunk.usage is not None:
            yield Usage(int(chunk.usage.prompt_tokens), int(chunk.usage.completion_tokens))
        for choice in chunk.choices[:1]:
            if choice.delta.content is not None:
                yield Text(_text(choice.delta.content))
            for part in choice.delta.tool_calls or ():
                call = calls.setdefault(part.index, _PartOfCall())
                call.id = part.id or call.id
                if part.function is not None:
                    call.name += part.function.name or ""
                    call.arguments += part.function.arguments or ""
            finished = choice.finish_reason or finished
    if finished is None:
        raise _cut()
    for index, call in sorted(calls.items()):
        yield ToolCall(call.id or f"call-{index}", call.name, call.arguments)
    yield End(_ENDS.get(finished, "tools" if calls else "stop"))


class _PartOfCall:
    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.arguments = ""


def _text(content: object) -> str:
    """The library checks no types: what is no text is no chunk."""
    if not isinstance(content, str):
        raise TypeError("content is no text")
    return content


def _cut() -> Fault:
    return Fault(
        FaultKind.CUT, "The model's provider broke off in the middle of the reply: ask once more."
    )


def _malformed() -> Fault:
    return Fault(FaultKind.MALFORMED, "The model's provider sent something that cannot be read.")


def _retry_after_s(error: APIStatusError) -> float | None:
    try:
        return max(0.0, float(error.response.headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def _message(turn: AnyTurn) -> dict[str, Any]:
    if isinstance(turn, ToolTurn):
        return {"role": "tool", "tool_call_id": turn.call_id, "content": turn.content}
    if isinstance(turn, ReplyTurn):
        message: dict[str, Any] = {"role": "assistant", "content": turn.text}
        if turn.calls:
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in turn.calls
            ]
        return message
    return {"role": turn.role, "content": turn.text}


def _tool(spec: ToolSpec) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {
            "name": spec.name,
            "description": spec.description,
            "parameters": spec.parameters,
        },
    }
