"""The pages of docs/ as they are served."""

import pytest

from server.description.markdown import Renderer, slug
from tests.unit.docs.markdown import Page

RENDERER = Renderer({"rest", "errors", "decisions/README", "decisions/0001-x"})


def html(text: str, name: str = "rest") -> str:
    return RENDERER.html(name, text)[1]


@pytest.mark.parametrize(
    ("name", "link", "address"),
    [
        ("rest", "errors.md", "/docs/errors"),
        ("rest", "errors.md#not-found", "/docs/errors#not-found"),
        ("rest", "decisions/0001-x.md", "/docs/decisions/0001-x"),
        ("rest", "decisions", "/docs/decisions/README"),
        ("decisions/0001-x", "../errors.md#gone", "/docs/errors#gone"),
        ("decisions/README", "0001-x.md", "/docs/decisions/0001-x"),
        ("rest", "#lists", "#lists"),
        (
            "rest",
            "https://www.rfc-editor.org/rfc/rfc9457",
            "https://www.rfc-editor.org/rfc/rfc9457",
        ),
    ],
)
def test_a_link_leads_to_the_served_page(name: str, link: str, address: str) -> None:
    assert f'<a href="{address}">there</a>' in html(f"See [there]({link}).", name)


@pytest.mark.parametrize("link", ["../README.md", "nowhere.md", "../../etc/passwd", "../server/"])
def test_a_link_to_what_is_not_served_is_only_text(link: str) -> None:
    assert html(f"See [there]({link}).") == "<p>See there.</p>\n"


@pytest.mark.parametrize(
    "heading", ["not-found", "The journey of one write", "Outside `/api/v1`", "What's new?"]
)
def test_a_heading_has_the_anchor_that_github_gives_it(heading: str) -> None:
    (anchor,) = Page("page", f"## {heading}\n").anchors
    assert slug(heading) == anchor
    assert f'<h2 id="{anchor}">' in html(f"## {heading}\n")


def test_the_title_is_the_first_heading() -> None:
    assert RENDERER.html("rest", "# REST\n\nText\n\n## More\n")[0] == "REST"


def test_markup_in_a_page_stays_text() -> None:
    shown = html("<script>alert(1)</script>\n\n`<b>`\n\n[x](javascript:alert(1))\n")
    assert "<script>" not in shown
    assert "&lt;b&gt;" in shown
    assert "href" not in shown


def test_a_table_may_be_wider_than_the_page() -> None:
    assert '<div class="table"><table>' in html("| A | B |\n|---|---|\n| 1 | 2 |\n")
