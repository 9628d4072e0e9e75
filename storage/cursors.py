"""Page cursors: the sort key of the last row shown, as text that means nothing to its bearer."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any

import msgspec

from storage.errors import BadCursor

# A time in a cursor; one without its zone was not made here.
Time = Annotated[datetime, msgspec.Meta(tz=True)]

_encode = msgspec.json.Encoder().encode


def cursor(*key: object) -> str:
    """Values of JSON's kinds, and times, as a cursor."""
    return base64.urlsafe_b64encode(_encode(key)).rstrip(b"=").decode()


def decoded(text: str, shape: Any) -> Any:
    """The key within a cursor, as the tuple type `shape`; BadCursor when it does not fit."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(raw, type=shape)
    except (binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise BadCursor("this cursor does not belong here") from error
