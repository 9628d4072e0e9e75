"""What is wrong with a page does not go unnoticed: the tests of this folder rest on that."""

from __future__ import annotations

from tests.browser.audit import faults
from tests.browser.conftest import OpenTab
from tests.browser.screens import Entry
from tests.drivers import Instance
from tests.services import eventually

BREACHES = {
    "a script made of text": "try { document.createElement('script').text = '1' } catch {}",
    "an inline style": "document.body.setAttribute('style', 'color: red')",
    "a foreign host": "void fetch('http://127.0.0.2:9/').catch(() => {})",
    "an exception": "void setTimeout(() => { throw new Error('lost') })",
}


async def test_errors_and_breaches_of_the_security_policy_are_complaints(
    over_sqlite: Instance, open_tab: OpenTab
) -> None:
    tab = await open_tab(over_sqlite)
    for number, breach in enumerate(BREACHES.values(), 1):
        await tab.page.evaluate(breach)
        await eventually(lambda: len(tab.complaints) >= number)  # noqa: B023

    assert "TrustedScript" in tab.complaints[0]
    assert "Content Security Policy" in tab.complaints[1]
    tab.expect("TrustedScript", "Content Security Policy", "exception: lost")
    assert tab.complaints == []


async def test_a_picture_without_words_is_a_fault(over_sqlite: Instance, open_tab: OpenTab) -> None:
    tab = await open_tab(over_sqlite)
    await Entry(tab).is_asked_for()
    picture = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
    await tab.page.evaluate(
        "(src) => document.querySelector('main').append(Object.assign(new Image(), { src }))",
        picture,
    )

    assert [fault for fault in await faults(tab) if "image-alt" in fault]
