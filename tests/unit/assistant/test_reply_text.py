"""A reply's text is what databases and browsers can hold, told a bounded number of times a second."""

import asyncio

from server.assistant.reply_text import Paced, ReplyText


def text_of(*pieces: str) -> str:
    text = ReplyText()
    for piece in pieces:
        text.append(piece)
    return text.text


def test_text_is_kept_as_it_is() -> None:
    assert text_of("Olá, ", "mundo 🎉", "\n") == "Olá, mundo 🎉\n"


def test_a_pair_of_surrogates_cut_in_two_is_put_together() -> None:
    assert text_of("a\ud83c", "\udf89b") == "a\U0001f389b"


def test_what_no_database_holds_is_replaced() -> None:
    assert text_of("a\x00b", "\udf89", "\ud83cx") == "a\ufffdb\ufffd\ufffdx"


async def test_the_first_piece_is_told_at_once_and_the_next_when_it_is_time() -> None:
    told = list[float]()
    loop = asyncio.get_running_loop()
    paced = Paced(0.05, lambda: told.append(loop.time()))

    paced.due()
    assert len(told) == 1
    for _ in range(10):
        paced.due()
    async with asyncio.timeout(5):
        while len(told) < 2:
            await asyncio.sleep(0.005)

    assert told[1] - told[0] >= 0.049
    paced.now()
    assert len(told) == 3
