"""Figures that stand in a sentence, rather than in a table of limits, are those of the code."""

import gzip

import pytest

from realtime.bus import BusLimits
from realtime.presence import MESSAGE_BYTES, REPEAT_INTERVAL_S, TIME_TO_LIVE_S
from server.limits import Limits
from server.settings import MIN_SECRET_BYTES
from server.websocket_protocol import DRAIN_WINDOW_S
from storage.chunks import CHUNK_SIZE
from storage.migrate import WAIT_S
from storage.sqlite import POOL_SIZE
from tests.services import ROOT
from tests.unit.docs.markdown import Page

LIMITS = Limits()
DIST = ROOT / "static" / "dist"
FADING_S = TIME_TO_LIVE_S + REPEAT_INTERVAL_S
KIB, MIB = 1024, 1024 * 1024

SENTENCES = [
    ("README.md", f"at least {MIN_SECRET_BYTES['HS256']} bytes"),
    ("docs/architecture.md", f"Every instance repeats `set` each {REPEAT_INTERVAL_S:g} seconds"),
    ("docs/architecture.md", f"not repeated within {TIME_TO_LIVE_S:g} seconds"),
    ("docs/architecture.md", f"in one query for {CHUNK_SIZE} of them"),
    ("docs/errors.md", f"more than {LIMITS.max_body_bytes // MIB} MiB"),
    (
        "docs/operations.md",
        f"`JWT_SECRET_KEY` must have at least {MIN_SECRET_BYTES['HS256']} bytes",
    ),
    ("docs/operations.md", f"long polls take up to {LIMITS.max_long_poll_s:g} seconds"),
    ("docs/operations.md", f"spread over up to {DRAIN_WINDOW_S:g} seconds"),
    ("docs/operations.md", f"presence of other instances fades within {FADING_S:g} seconds"),
    ("docs/protocol.md", f"within {LIMITS.session.hello_timeout_s:g} seconds"),
    ("docs/protocol.md", f"each {LIMITS.session.heartbeat_s} seconds"),
    ("docs/protocol.md", f"more than {LIMITS.session.max_frame_bytes // KIB} KiB"),
    ("docs/protocol.md", f"While {LIMITS.max_commands_waiting} of them wait"),
    ("docs/rest.md", f"up to {LIMITS.max_body_bytes // MIB} MiB"),
    ("docs/rest.md", f"good for {LIMITS.invite_expires_days} days"),
    ("docs/rest.md", f"`limit` is 1 to {LIMITS.max_page_items}, and {LIMITS.default_page_items} "),
    ("docs/rest.md", f"a `limit` up to {LIMITS.max_client_page_items:,}"),
    ("docs/rest.md", f"at most {LIMITS.max_long_poll_s:g} seconds"),
    ("docs/rest.md", f"remembered for {LIMITS.outcomes_kept_days} days"),
    ("docs/decisions/0002-databases-with-backends-of-our-own.md", f"{POOL_SIZE} kept connections"),
    ("docs/decisions/0003-migrations-at-start-under-a-lock.md", f"up to {WAIT_S} seconds"),
    ("docs/decisions/0004-the-log-is-the-truth.md", f"one query for {CHUNK_SIZE} of them"),
    ("docs/decisions/0005-presence-by-gossip.md", f"every {REPEAT_INTERVAL_S:g} seconds"),
    ("docs/decisions/0005-presence-by-gossip.md", f"not repeated for {TIME_TO_LIVE_S:g} is"),
    ("docs/decisions/0005-presence-by-gossip.md", f"at most {MESSAGE_BYTES:,} bytes of entries"),
    ("docs/decisions/0005-presence-by-gossip.md", f"up to {FADING_S:g} seconds"),
    (
        "docs/decisions/0006-a-websocket-protocol-class-of-ours.md",
        f"more than {LIMITS.max_socket_buffer_bytes // MIB} MiB unread",
    ),
    ("docs/decisions/0007-only-effects-are-remembered.md", f"{LIMITS.outcomes_kept_days} days"),
]


@pytest.mark.parametrize(("page", "sentence"), SENTENCES)
def test_a_figure_is_that_of_the_code(page: str, sentence: str) -> None:
    assert sentence in " ".join(Page(page).text.split())


def test_the_bus_and_the_sweep_look_once_a_second() -> None:
    text = " ".join(Page("docs/decisions/0004-the-log-is-the-truth.md").text.split())
    assert ("Once a second the sweep" in text) == (LIMITS.hub.sweep_interval_s == 1.0)
    assert ("ping a silent server each second" in text) == (BusLimits().ping_interval_s == 1.0)


@pytest.mark.skipif(
    not DIST.is_dir() or any(DIST.glob("*.map")), reason="there is no build of the browser app"
)
def test_the_browser_app_is_as_small_as_it_is_said_to_be() -> None:
    assert "less than 120 KB, compressed" in Page("docs/decisions/0010-esbuild-and-jsx.md").text
    reference = ("page", "swagger", "redoc")  # pages of their own
    files = [
        file.read_bytes()
        for file in DIST.iterdir()
        if not file.name.startswith(reference) and "-dialog-" not in file.name
    ]
    assert sum(len(gzip.compress(content)) for content in files) < 120_000
