"""How many tokens a text has, roughly: one for each four bytes of UTF-8.

OpenAI's rule of thumb for English; other languages have more bytes to the letter and more tokens too. It bounds what is
sent; what is recorded is the provider's own count where it gives one.
"""

from __future__ import annotations

from collections.abc import Iterable

from server.assistant.provider import AnyTurn, ReplyTurn, Turn

BYTES_PER_TOKEN = 4
TOKENS_PER_TURN = 4


def tokens_in(size_bytes: int) -> int:
    return -(-size_bytes // BYTES_PER_TOKEN)


def estimated_tokens(text: str) -> int:
    return tokens_in(len(text.encode("utf-8", "replace")))


def estimated_turns(turns: Iterable[AnyTurn]) -> int:
    """The tokens of a conversation."""
    total = 0
    for turn in turns:
        if isinstance(turn, ReplyTurn):
            said = turn.text + "".join(call.name + call.arguments for call in turn.calls)
        elif isinstance(turn, Turn):
            said = turn.text
        else:
            said = turn.content
        total += TOKENS_PER_TURN + estimated_tokens(said)
    return total
