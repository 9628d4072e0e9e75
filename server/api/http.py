"""What an answer is made of, and how a body and a query are read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from realtime.validation import convert, decode
from server.errors import NotAcceptable, TooLarge, UnsupportedMediaType
from server.services import services_of

T = TypeVar("T")
_JSON = "application/json"
JSON_TYPES = (_JSON, "application/merge-patch+json")
_CHARSET = re.compile(r'charset\s*=\s*"?([^";\s]+)', re.IGNORECASE)
_WEIGHT = re.compile(r"[01](\.\d{0,3})?")
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True)
class Reply(Generic[T]):
    """An answer that is more than its value.

    `value` may be JSON as it goes out; `version`, or else `tag`, is told as ETag; `made` is the id of what a POST has
    made.
    """

    value: T | msgspec.Raw
    version: int | None = None
    status: int | None = None
    made: str | None = None
    tag: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def json_response(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(_encoder.encode(value), status, headers, _JSON)


def check_body_type(request: Request, media_types: tuple[str, ...]) -> None:
    """A body that does not say what it is, is taken for what is wanted. Raises `UnsupportedMediaType`.

    No body is unpacked: a small one could become any size.
    """
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise UnsupportedMediaType("Send the body as it is, without Content-Encoding.")
    header = request.headers.get("content-type")
    if header is None:
        return
    media_type, _, parameters = header.partition(";")
    charset = _CHARSET.search(parameters)
    if media_type.strip().lower() not in media_types:
        raise UnsupportedMediaType(f"Send it as {media_types[0]}, and say so in Content-Type.")
    if _JSON in media_types and charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("JSON is in UTF-8 (RFC 8259, section 8.1).")


def check_accepts(request: Request, *media_types: str) -> None:
    """Raises `NotAcceptable` when Accept leaves no room for any of them (RFC 9110, section 12.5.1)."""
    header = request.headers.get("accept", "").strip()
    if header and not any(_accepted(header, media_type) for media_type in media_types):
        wanted = " or ".join(media_types)
        raise NotAcceptable(f"The answer is {wanted}: take that, or */*, in Accept.")


def _accepted(header: str, media_type: str) -> bool:
    best: tuple[int, float] = (-1, 0.0)
    for part in header.split(","):
        wanted, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if wanted in (ranges := ("*/*", media_type.partition("/")[0] + "/*", media_type)):
            weight = next((_weight(one[2:]) for one in parameters if one.startswith("q=")), 1.0)
            best = max(best, (ranges.index(wanted), weight))
    return best[1] > 0.0


def _weight(text: str) -> float:
    return float(text) if _WEIGHT.fullmatch(text) else 1.0


async def read_body(request: Request, decoder: msgspec.json.Decoder[T]) -> T:
    """Decode the body. Raises `TooLarge` as soon as it is, and `Refused` for what does not decode."""
    limit = services_of(request).limits.max_body_bytes
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"A body may have at most {limit} bytes: send less at a time.")
    return decode(decoder, bytes(body))


def read_query(request: Request, type_: type[T], lists: frozenset[str]) -> T:
    """The query as `type_`; a parameter of `lists` may come several times. Raises `Refused` naming the field."""
    query = request.query_params
    given = {name: query.getlist(name) if name in lists else query[name] for name in query}
    return convert(given, type_)


def public_address(request: Request) -> str:
    """Scheme and host by which browsers reach the app: PUBLIC_URL, or else what the request says."""
    url = request.url
    return services_of(request).settings.public_url or f"{url.scheme}://{url.netloc}"


def version_tag(version: int) -> str:
    """The ETag of a record: its version."""
    return f'"{version}"'


def content_tag(content: bytes) -> str:
    """The ETag of what has no version: a hash of it. Weak, for it may go out compressed."""
    return f'W/"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


def not_modified(request: Request, tag: str) -> bool:
    """Whether the caller has what `tag` names (RFC 9110, section 13.1.2)."""
    tags = request.headers.get("if-none-match", "")
    return tags.strip() == "*" or tag.removeprefix("W/") in [
        one.strip().removeprefix("W/") for one in tags.split(",")
    ]
