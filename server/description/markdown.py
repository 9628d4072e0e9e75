"""The Markdown of docs/ as HTML: headings that can be linked to, links that lead to the served pages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

_NO_SLUG = re.compile(r"[^\w\- ]")
_ELSEWHERE = re.compile(r"[a-z]+:")  # a scheme, as in https:


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading, so that links hold there and here."""
    return _NO_SLUG.sub("", heading.lower()).replace(" ", "-")


class Renderer:
    """Renders the pages of one folder. `names` are those that are served: their paths without .md."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._markdown = MarkdownIt("commonmark", {"html": False}).enable("table")

    def html(self, name: str, text: str) -> tuple[str, str]:
        """The page's title and its text. Links to what is not served become plain text."""
        tokens = self._markdown.parse(text)
        title = name
        for token, following in zip(tokens, [*tokens[1:], None], strict=True):
            if token.type == "heading_open" and following is not None:
                if token.tag == "h1":
                    title = following.content.replace("`", "")
                self._anchor(token, following)
            elif token.type == "inline":
                token.children = self._linked(name, token.children or [])
        html: str = self._markdown.renderer.render(tokens, self._markdown.options, {})
        html = html.replace("<table>", '<div class="table"><table>')
        return title, html.replace("</table>", "</table></div>")

    def _anchor(self, heading: Token, inline: Token) -> None:
        anchor = slug(inline.content)
        heading.attrSet("id", anchor)
        mark = Token("html_inline", "", 0)
        mark.content = f'<a class="anchor" href="#{escape(anchor)}" aria-label="To this part">#</a>'
        inline.children = [*(inline.children or []), mark]

    def _linked(self, name: str, tokens: list[Token]) -> list[Token]:
        kept, dropping = list[Token](), False
        for token in tokens:
            if token.type == "link_open":
                address = self._address(name, str(token.attrGet("href") or ""))
                dropping = address is None
                if address is not None:
                    token.attrSet("href", address)
            if dropping and token.type in ("link_open", "link_close"):
                continue
            kept.append(token)
        return kept

    def _address(self, name: str, href: str) -> str | None:
        """Where a link of the page `name` leads; None: to nothing that is served."""
        if href.startswith(("#", "/")) or _ELSEWHERE.match(href):
            return href
        path, _, anchor = href.partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        target = target.removesuffix(".md")
        if target not in self._names:
            target = posixpath.join(target, "README")  # a folder
        if target not in self._names:
            return None
        return f"/docs/{target}" + (f"#{anchor}" if anchor else "")
