"""From wished to confirmed, one step at a time."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from realtime.bus.subscriptions import Step, Subscriptions


def take_all(subscriptions: Subscriptions, server: set[str]) -> None:
    while step := subscriptions.next_step(2):
        server.difference_update(step.unsubscribe)
        server.update(step.subscribe)
        subscriptions.confirm(step)


def test_a_wish_is_settled_once_the_server_confirmed_it() -> None:
    subscriptions = Subscriptions()
    subscriptions.want("a")
    assert not subscriptions.settled("a")
    step = subscriptions.next_step(10)
    assert step == Step(unsubscribe=[], subscribe=["a"])
    assert not subscriptions.settled("a")
    subscriptions.confirm(step)
    assert subscriptions.settled("a")
    assert subscriptions.next_step(10) is None


def test_closing_and_opening_between_two_steps_asks_nothing_of_the_server() -> None:
    subscriptions = Subscriptions()
    subscriptions.want("a")
    take_all(subscriptions, set())
    subscriptions.drop("a")
    subscriptions.want("a")
    assert subscriptions.settled("a")
    assert subscriptions.next_step(10) is None


def test_opening_again_while_the_unsubscribe_is_under_way_waits_for_a_new_confirmation() -> None:
    subscriptions = Subscriptions()
    subscriptions.want("a")
    take_all(subscriptions, set())
    subscriptions.drop("a")
    unsubscribing = subscriptions.next_step(10)
    assert unsubscribing == Step(unsubscribe=["a"], subscribe=[])
    subscriptions.want("a")
    subscriptions.confirm(unsubscribing)
    assert not subscriptions.settled("a")
    assert subscriptions.next_step(10) == Step(unsubscribe=[], subscribe=["a"])


def test_closing_while_the_subscribe_is_under_way_is_undone_by_the_next_step() -> None:
    subscriptions = Subscriptions()
    subscriptions.want("a")
    step = subscriptions.next_step(10)
    assert step is not None
    subscriptions.drop("a")
    assert subscriptions.settled("a"), "nobody waits for it any more"
    subscriptions.confirm(step)
    assert subscriptions.next_step(10) == Step(unsubscribe=["a"], subscribe=[])


def test_on_a_new_connection_everything_wanted_is_asked_for_again_in_portions() -> None:
    subscriptions = Subscriptions()
    for channel in "abc":
        subscriptions.want(channel)
    take_all(subscriptions, set())
    subscriptions.drop("b")
    subscriptions.forget()
    assert not subscriptions.settled("a")
    server: set[str] = set()
    take_all(subscriptions, server)
    assert server == set(subscriptions) == {"a", "c"}


Wish = tuple[str, str]


@given(st.lists(st.tuples(st.sampled_from(["want", "drop", "ask", "answer", "cut"]),
                          st.sampled_from("abc"))))  # fmt: skip
def test_whatever_the_order_of_wishes_steps_and_cuts_the_server_ends_as_wished(
    events: Iterable[Wish],
) -> None:
    subscriptions, server = Subscriptions(), set[str]()
    under_way: Step | None = None
    wished: set[str] = set()
    for kind, channel in events:
        match kind:
            case "want":
                subscriptions.want(channel)
                wished.add(channel)
            case "drop":
                subscriptions.drop(channel)
                wished.discard(channel)
            case "ask" if under_way is None:
                under_way = subscriptions.next_step(2)
            case "answer" if under_way is not None:
                server = server - set(under_way.unsubscribe) | set(under_way.subscribe)
                subscriptions.confirm(under_way)
                under_way = None
            case "cut":
                subscriptions.forget()
                server, under_way = set(), None
        assert all(c in server for c in wished if subscriptions.settled(c)) or under_way
    if under_way is not None:
        server = server - set(under_way.unsubscribe) | set(under_way.subscribe)
        subscriptions.confirm(under_way)
    take_all(subscriptions, server)
    assert server == wished == set(subscriptions)
