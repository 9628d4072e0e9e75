"""/openapi.json, /asyncapi.json, and the pages under /docs and /redoc."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from server.api.http import content_tag, not_modified
from server.bundled import bundled
from server.description.asyncapi import asyncapi_text
from server.description.channel_page import channel_html
from server.description.markdown import Renderer
from server.description.openapi import openapi_text
from server.errors import NotFound
from server.headers import content_security_policy
from server.pages import DIST

DOCS = bundled("docs", "docs")
_TEXT_POLICY = content_security_policy(
    script_src="'self'", style_src="'self'", img_src="'self' data:"
)
_SWAGGER_POLICY = content_security_policy(
    script_src="'self'", style_src="'self'", img_src="'self' data:", connect_src="'self'"
)
# Redoc makes its styles while it runs.
_REDOC_POLICY = content_security_policy(
    script_src="'self'",
    style_src="'self' 'unsafe-inline'",
    img_src="'self' data:",
    font_src="data:",
    connect_src="'self'",
)
_NOT_BUILT = "The pages are not built yet: run `make run`."
_FIRST = ("getting-started", "rest", "protocol", "errors", "client", "cli", "webhooks")
_REFERENCES = (
    ("/docs", "REST reference"),
    ("/redoc", "REST reference, to read"),
    ("/docs/channel", "Channel reference"),
    ("/openapi.json", "OpenAPI document"),
    ("/asyncapi.json", "AsyncAPI document"),
)


async def openapi(request: Request) -> Response:
    """The REST API as OpenAPI 3.1."""
    return _kept(request, await asyncio.to_thread(openapi_text), "application/json")


async def asyncapi(request: Request) -> Response:
    """The channel as AsyncAPI 3.0."""
    return _kept(request, await asyncio.to_thread(asyncapi_text), "application/json")


async def swagger(request: Request) -> Response:
    """The REST API, to try out."""
    return _reference("swagger.html", _SWAGGER_POLICY)


async def redoc(request: Request) -> Response:
    """The REST API, to read."""
    return _reference("redoc.html", _REDOC_POLICY)


async def channel(request: Request) -> Response:
    """The channel, to read."""
    return await _page(request, "/docs/channel", "The channel", channel_html)


async def document(request: Request) -> Response:
    """A page of docs/. Raises `NotFound`."""
    name = request.path_params["name"]
    if name not in document_names():
        raise NotFound(f"There is no page {request.url.path}.")
    title, _ = await asyncio.to_thread(_rendered, name)
    return await _page(request, f"/docs/{name}", title, lambda: _rendered(name)[1])


@functools.cache
def document_names() -> dict[str, Path]:
    """The pages of docs/ by their paths without .md. What is not listed here is not served."""
    return {
        str(file.relative_to(DOCS).with_suffix("")): file for file in sorted(DOCS.rglob("*.md"))
    }


@functools.cache
def _rendered(name: str) -> tuple[str, str]:
    return Renderer(document_names()).html(name, document_names()[name].read_text("utf-8"))


@functools.cache
def _layout() -> Template | None:
    file = DIST / "page.html"
    return Template(file.read_text("utf-8")) if file.is_file() else None


def _contents(current: str) -> str:
    """The list of all pages, those that newcomers need first."""
    names = [name for name in document_names() if "/" not in name and "." not in name]
    names.remove("README")
    names.sort(key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    guides = [(f"/docs/{name}", _rendered(name)[0]) for name in names]
    if "decisions/README" in document_names():
        guides.append(("/docs/decisions/README", "Decisions"))
    lists = [
        "\n".join(_item(*entry, current) for entry in group) for group in (guides, _REFERENCES)
    ]
    return "<strong>ClientFlow</strong>\n" + "\n".join(f"<ul>\n{items}\n</ul>" for items in lists)


def _item(address: str, title: str, current: str) -> str:
    mark = ' aria-current="page"' if address == current else ""
    return f'<li><a href="{escape(address)}"{mark}>{escape(title)}</a></li>'


async def _page(request: Request, address: str, title: str, text_of: Callable[[], str]) -> Response:
    """A page in the layout. What is made for the first time is made in a thread: others are served meanwhile."""
    layout = _layout()
    if layout is None:
        return PlainTextResponse(_NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE)

    def drawn() -> bytes:
        contents, text = _contents(address), text_of()
        return layout.substitute(title=escape(title), contents=contents, text=text).encode()

    response = _kept(request, await asyncio.to_thread(drawn), "text/html")
    response.headers["Content-Security-Policy"] = _TEXT_POLICY
    return response


def _reference(name: str, policy: str) -> Response:
    file = DIST / name
    if not file.is_file():
        return PlainTextResponse(_NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE)
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": policy}
    return FileResponse(file, headers=headers)


def _kept(request: Request, content: bytes, media_type: str) -> Response:
    """What is the same for everyone until the next release: browsers keep it and ask whether it still holds."""
    headers = {"Cache-Control": "no-cache", "ETag": content_tag(content)}
    if not_modified(request, headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, headers=headers, media_type=media_type)


routes = [
    Route("/openapi.json", openapi),
    Route("/asyncapi.json", asyncapi),
    Route("/docs", swagger),
    Route("/redoc", redoc),
    Route("/docs/channel", channel),
    Route("/docs/{name:path}", document),
]
