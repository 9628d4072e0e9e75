"""What a person sees and does, with selectors out of sight.

    board = await Entry(tab).sign_in(ana)          # at the address of a board
    await board.add("Acme", "Lead")
    await board.drag("Acme", to="Contacted")
    panel = await board.open("Acme")
    await panel.fill("Company", "Acme Inc")
    await board.shows(Contacted=["Acme"])

Whatever is awaited comes true within seconds, or the test fails and says what was there instead.
"""

from tests.browser.screens.board import BoardScreen
from tests.browser.screens.entry import Entry
from tests.browser.screens.panel import Panel
from tests.browser.screens.people import InviteDialog, MembersDialog

__all__ = ["BoardScreen", "Entry", "InviteDialog", "MembersDialog", "Panel"]
