"""An upload is never in memory whole, whatever its size, and one that breaks off is gone."""

import asyncio
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Request

from routing.domain.errors import Refusal
from routing.office import Office
from routing.web.uploads import received

PIECE = bytes(64 * 1024)
PIECES = 250
_HEAD = (
    b'--x\r\nContent-Disposition: form-data; name="requirement"\r\n\r\nphoto\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
)


def request_of(pieces: Iterator[bytes | None]) -> Request:
    """A request that brings these pieces; None: whoever sent it has gone."""

    async def receive() -> dict[str, Any]:
        piece = next(pieces, b"")
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(piece)}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"multipart/form-data; boundary=x")]}
    return Request(scope, receive)


def whole() -> Iterator[bytes | None]:
    yield _HEAD
    for _ in range(PIECES):
        yield PIECE
    yield b"\r\n--x--\r\n"


def broken() -> Iterator[bytes | None]:
    yield _HEAD
    yield PIECE
    yield None


def test_sixteen_megabytes_come_in_less_than_two(sqlite_office: Office) -> None:
    async def measured() -> int:
        async with received(request_of(whole()), sqlite_office) as sending:
            (paper,) = sending.papers
            assert (paper.requirement, paper.media_type) == ("photo", "application/pdf")
            assert (paper.upload.name, paper.upload.bytes) == ("a.pdf", PIECES * len(PIECE))
            return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        peak = asyncio.run(measured())
    finally:
        tracemalloc.stop()
    assert peak - before < 2 * 1024 * 1024
    assert list(sqlite_office.papers.folder.rglob("*.part")) == []


def test_who_goes_away_in_mid_sentence_leaves_nothing(sqlite_office: Office) -> None:
    async def sends() -> None:
        async with received(request_of(broken()), sqlite_office):
            pass

    with pytest.raises(Refusal) as refused:
        asyncio.run(sends())
    assert refused.value.code == "upload_broken"
    assert list(sqlite_office.papers.folder.rglob("*.part")) == []


def test_who_may_not_send_is_refused_before_a_byte_is_written(sqlite_office: Office) -> None:
    def before() -> None:
        raise Refusal

    async def sends() -> None:
        async with received(request_of(whole()), sqlite_office, before=before):
            pass

    with pytest.raises(Refusal):
        asyncio.run(sends())
    assert not sqlite_office.papers.folder.exists()
