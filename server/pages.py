"""The browser app: the built files of static/dist. Each page has a content security policy of its own."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from server.bundled import bundled
from server.headers import content_security_policy

DIST = bundled("app", "static/dist")

# Scripts come as files alone, and text becomes markup only through DOMPurify (Trusted Types).
APP_POLICY = content_security_policy(
    script_src="'self'",
    style_src="'self'",
    img_src="'self' data:",
    font_src="'self'",
    connect_src="'self'",
    require_trusted_types_for="'script'",
    trusted_types="dompurify",
)


class _Assets(StaticFiles):
    """Names carry a hash of the content, so a browser may keep the files for ever."""

    async def check_config(self) -> None:
        """A folder that is not built yet has no files: 404."""

    def file_response(self, *args, **kwargs) -> Response:  # type: ignore[no-untyped-def]
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


async def index(request: Request) -> Response:
    page = DIST / "index.html"
    if not page.is_file():
        return PlainTextResponse("The browser app is not built yet: run `make run`.", 503)
    return FileResponse(
        page, headers={"Cache-Control": "no-cache", "Content-Security-Policy": APP_POLICY}
    )


routes: list[BaseRoute] = [
    Route("/", index),
    Mount("/static", _Assets(directory=DIST, check_dir=False), name="static"),
]
