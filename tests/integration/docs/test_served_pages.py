"""The documentation as the server itself serves it."""

import re
from html.parser import HTMLParser

import httpx
import pytest

from realtime.problems import Problem, ProblemKind
from server.description.pages import document_names
from tests.drivers import Instance, refused
from tests.services import ROOT

PAGES = [f"/docs/{name}" for name in document_names()]
DOCUMENTS = ("/openapi.json", "/asyncapi.json", "/docs/channel", "/docs/errors")


class Seen(HTMLParser):
    """The anchors, links and scripts of a page."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.scripts: list[str | None] = []
        self.styled: list[str] = []
        assert response.status_code == 200, f"{response.url}: {response.text}"
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids.add(found.get("id") or "")
        if tag == "a":
            self.links.add(found["href"] or "")
        elif tag == "script":
            self.scripts.append(found.get("src"))
        if "style" in found or tag == "style":
            self.styled.append(tag)


@pytest.fixture
async def pages(over_sqlite: Instance) -> dict[str, Seen]:
    addresses = [*PAGES, "/docs/channel"]
    return {address: Seen(await over_sqlite.http.get(address)) for address in addresses}


def test_every_page_of_docs_is_served() -> None:
    files = {file.relative_to(ROOT / "docs") for file in (ROOT / "docs").rglob("*.md")}
    assert {f"/docs/{file.with_suffix('')}" for file in files} == set(PAGES)


async def test_every_link_on_every_page_leads_to_a_page_and_a_part_of_it(
    over_sqlite: Instance, pages: dict[str, Seen]
) -> None:
    others = {"/docs", "/redoc", "/openapi.json", "/asyncapi.json"}
    for address in others:
        assert (await over_sqlite.http.get(address)).status_code == 200, address

    for address, page in pages.items():
        for link in page.links:
            if link.startswith("https://"):
                continue
            target, _, anchor = link.partition("#")
            assert target in others or (target or address) in pages, f"{address}: {link}"
            if anchor:
                assert anchor in pages[target or address].ids, f"{address}: {link}"


@pytest.mark.parametrize("kind", ProblemKind, ids=lambda kind: kind.anchor)
def test_the_type_of_a_problem_opens_a_page_at_its_part(
    pages: dict[str, Seen], kind: ProblemKind
) -> None:
    page, _, anchor = Problem.of(kind, "").type.partition("#")
    assert anchor in pages[page].ids


async def test_a_page_needs_nothing_but_files_of_this_host(
    over_sqlite: Instance, pages: dict[str, Seen]
) -> None:
    for address, page in pages.items():
        assert all(script and script.startswith("/static/") for script in page.scripts), address
        assert page.styled == [], address

    policy = (await over_sqlite.http.get("/docs/errors")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("address", ["/docs", "/redoc"])
async def test_the_reference_runs_no_script_that_stands_in_a_page_and_asks_no_other_host(
    over_sqlite: Instance, address: str
) -> None:
    response = await over_sqlite.http.get(address)
    policy = response.headers["content-security-policy"]

    assert "script-src 'self';" in policy
    assert "connect-src 'self'" in policy
    assert all(script and script.startswith("/static/") for script in Seen(response).scripts)
    for asset in re.findall(r'(?:src|href)="(/static/[^"]+)"', response.text):
        found = await over_sqlite.http.get(asset)
        assert found.status_code == 200, asset
        assert "immutable" in found.headers["cache-control"]


@pytest.mark.parametrize("address", DOCUMENTS)
async def test_what_a_browser_has_already_is_not_sent_again(
    over_sqlite: Instance, address: str
) -> None:
    first = await over_sqlite.http.get(address)
    tag = first.headers["etag"]
    again = await over_sqlite.http.get(address, headers={"If-None-Match": tag})

    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    "name", ["nowhere", "../README", "..%2f..%2fetc%2fpasswd", "errors.md", "decisions", "%00"]
)
async def test_what_is_no_page_is_not_found(over_sqlite: Instance, name: str) -> None:
    refused(await over_sqlite.http.get(f"/docs/{name}"), 404)
