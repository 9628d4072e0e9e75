"""What a person sees and does, with selectors out of sight.

    board = await Entry(tab).sign_in(ana)          # at the address of a board
    await board.add("Acme", "Lead")
    await board.drag("Acme", to="Contacted")
    panel = await board.open("Acme")
    await panel.fill("Company", "Acme Inc")
    await board.shows(Contacted=["Acme"])

Whatever is awaited comes true within seconds, or the test fails and says what was there instead.
"""

from tests.browser.screens.assistant import AssistantPanel
from tests.browser.screens.board import BoardScreen
from tests.browser.screens.entry import Entry
from tests.browser.screens.palette import Palette
from tests.browser.screens.panel import Panel
from tests.browser.screens.people import InviteDialog, MembersDialog
from tests.browser.screens.table import TableScreen
from tests.browser.screens.viewbar import ViewBar

__all__ = [
    "AssistantPanel",
    "BoardScreen",
    "Entry",
    "InviteDialog",
    "MembersDialog",
    "Palette",
    "Panel",
    "TableScreen",
    "ViewBar",
]
