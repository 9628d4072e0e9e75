"""The body of an upload, kept in a temporary file: as it is, or one file of a form (RFC 7578)."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import mmap
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import BinaryIO

from starlette.requests import Request

from server.errors import Invalid, TooLarge

_GATHERED_BYTES = 256 * 1024  # written to the file at once
_MAX_PART_HEADER_BYTES = 16 * 1024
_MAX_PARTS = 100
_MAX_OPTION_BYTES = 64 * 1024
_NAME = re.compile(rb'(?<![a-z])name="([^"]*)"', re.IGNORECASE)
_IS_FILE = re.compile(rb"filename\*?=", re.IGNORECASE)


@dataclass(frozen=True)
class Upload:
    """`digest` is that of the file; `options` are the other fields of a form."""

    file: BinaryIO
    digest: str
    options: dict[str, str] = field(default_factory=dict)


@contextlib.asynccontextmanager
async def received(request: Request, max_bytes: int) -> AsyncIterator[Upload]:
    """The body, for as long as the block runs.

    Raises `TooLarge` as soon as it is, and `Invalid` when it is empty or a form without a file.
    """
    boundary = _boundary(request.headers.get("content-type", ""))
    too_large = TooLarge(f"A file may have at most {max_bytes} bytes: send it in parts.")
    with contextlib.suppress(ValueError):
        if int(request.headers.get("content-length", "0")) > max_bytes:
            raise too_large
    with tempfile.TemporaryFile() as file:
        digest, size, gathered = hashlib.sha256(), 0, bytearray()
        async for chunk in request.stream():
            size += len(chunk)
            if size > max_bytes:
                raise too_large
            digest.update(chunk)
            gathered += chunk
            if len(gathered) >= _GATHERED_BYTES:
                await asyncio.to_thread(file.write, bytes(gathered))
                gathered.clear()
        await asyncio.to_thread(file.write, bytes(gathered))
        if size == 0:
            raise Invalid("The body is empty: send a CSV file.")
        if boundary is None:
            yield Upload(file, digest.hexdigest())
            return
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            (start, end), options = await asyncio.to_thread(_file_and_options, whole, boundary)
            digest_text = await asyncio.to_thread(_digest, whole, start, end)
            yield Upload(io.BufferedReader(_Part(file, start, end)), digest_text, options)


def _digest(whole: mmap.mmap, start: int, end: int) -> str:
    with memoryview(whole) as view, view[start:end] as part:
        return hashlib.sha256(part).hexdigest()


def _boundary(content_type: str) -> bytes | None:
    header = Message()
    header["content-type"] = content_type
    if header.get_content_type() != "multipart/form-data":
        return None
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str) or not 1 <= len(boundary) <= 200:
        raise Invalid.field("Content-Type", "A form needs its boundary")
    return boundary.encode()


def _file_and_options(whole: mmap.mmap, boundary: bytes) -> tuple[tuple[int, int], dict[str, str]]:
    """Where the first file stands, and the fields without one. Raises `Invalid`."""
    file: tuple[int, int] | None = None
    options: dict[str, str] = {}
    for number, (header, start, end) in enumerate(_parts(whole, b"--" + boundary), 1):
        if number > _MAX_PARTS:
            raise Invalid(f"The form has more than {_MAX_PARTS} fields.")
        name = _NAME.search(header)
        if _IS_FILE.search(header):
            file = file or (start, end)
        elif name and end - start <= _MAX_OPTION_BYTES:
            options[name[1].decode("utf-8", "replace")] = whole[start:end].decode(
                "utf-8", "replace"
            )
    if file is None:
        raise Invalid.field("file", "The form has no file")
    return file, options


def _parts(whole: mmap.mmap, delimiter: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The header of each part, and where its content begins and ends."""
    at = whole.find(delimiter)
    while at >= 0:
        header_start = at + len(delimiter)
        if whole[header_start : header_start + 2] != b"\r\n":
            return  # the end of the form, or none
        header_end = whole.find(b"\r\n\r\n", header_start, header_start + _MAX_PART_HEADER_BYTES)
        if header_end < 0:
            return
        at = whole.find(b"\r\n" + delimiter, header_end + 2)
        if at < 0:
            return
        yield whole[header_start:header_end], min(header_end + 4, at + 2), at
        at += 2


class _Part(io.RawIOBase):
    """A stretch of a file, as a file."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file = file
        self._start = start
        self._size = max(0, end - start)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = min(max(0, base + offset), self._size)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._start + self._at)
        data = self._file.read(min(len(buffer), self._size - self._at))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
