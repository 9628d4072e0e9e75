"""What a test talks to: the app as its users meet it, with sockets and tokens out of sight.

    ana = await instance.sign_up("Ana")            # a Person
    desk = await ana.new_workspace("Sales")        # her Desk in it
    ben = await desk.admit(await instance.sign_up("Ben"), "editor")   # his
    board = await ben.open_board()                 # a Board: a socket that has been welcomed
    client = await desk.create_client(name="Acme")
    assert (await board.next_change())["id"] == client["id"]

`Person` and `Desk` give back plain `httpx.Response`s, `Board` plain frames. What an `Instance` has
opened, its `close_boards` and `close` end.
"""

from tests.drivers.board import Answer, Board, Json, NotWelcome
from tests.drivers.desk import Desk
from tests.drivers.instance import Instance
from tests.drivers.outside import execute_outside
from tests.drivers.person import PASSWORD, Person
from tests.drivers.problems import check_problem, refused
from tests.drivers.stalled import StalledReader
from tests.drivers.tokens import forged_token

__all__ = [
    "PASSWORD",
    "Answer",
    "Board",
    "Desk",
    "Instance",
    "Json",
    "NotWelcome",
    "Person",
    "StalledReader",
    "check_problem",
    "execute_outside",
    "forged_token",
    "refused",
]
