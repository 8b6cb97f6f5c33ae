"""Files that are sent: parsed as they come and written beside the books, so that none of them is ever in memory whole.

For the page's form and for programs alike: ``multipart/form-data`` with the fields ``requirement`` and ``file``
(as often as wanted). Nothing is written before the form token has been seen, where there has to be one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from routing.actions.attach import SentPaper
from routing.domain.errors import BodyTooLarge, Kind, Refusal, RequestForged
from routing.domain.papers import MOST_TO_A_REQUIREMENT
from routing.office import Office
from routing.vault.paper_store import Upload

#: What the fields beside the files, and the lines between them, may have.
_MOST_BESIDE = 64 * 1024
_MOST_IN_A_FIELD = 4 * 1024


class UploadBroken(Refusal):
    """What was sent broke off or cannot be read as files of a form. Nothing was saved; send it again."""

    code = "upload_broken"
    kind = Kind.MALFORMED


class TooManySent(Refusal):
    """More than {most} files were sent at once. Nothing was saved; send at most {most}, then the others."""

    code = "too_many_sent"
    kind = Kind.TOO_LARGE


class _Told(NamedTuple):
    """What the parser tells: a part with its headers, a piece of it, its end."""

    what: str
    piece: bytes = b""
    headers: dict[bytes, bytes] | None = None


class Sending:
    """What has come: fields, and files in their places beside the books; gone at the end if they were not kept."""

    def __init__(
        self, office: Office, check_token: Callable[[str], None] | None, before: Callable[[], object] | None
    ) -> None:
        self.fields: dict[str, str] = {}
        self._office = office
        self._check_token = check_token
        self._is_checked = check_token is None
        self._before = before
        self._files: list[tuple[Upload, str]] = []
        #: the part that is coming: its field, or its file
        self._field: str | None = None
        self._value = bytearray()
        self._upload: Upload | None = None

    @property
    def papers(self) -> tuple[SentPaper, ...]:
        """The files, for the requirement the form names."""
        requirement = self.fields.get("requirement", "").strip() or None
        return tuple(SentPaper(upload=one, requirement=requirement, media_type=said) for one, said in self._files)

    def take(self, told: list[_Told]) -> None:
        """What the parser told, in its order. Raises RequestForged, TooManySent and what ``Upload`` raises."""
        for one in told:
            if one.what == "part":
                self._begin(one.headers or {})
            elif one.what == "piece":
                self._add(one.piece)
            else:
                self._end()

    def require_welcome(self) -> None:
        """The form brought its token, and its sender may send files. Raises RequestForged and what ``before`` does."""
        if not self._is_checked:
            raise RequestForged
        if self._before is not None:
            self._before()
            self._before = None

    def discard(self) -> None:
        """Takes away whatever was not kept."""
        for upload, _ in self._files:
            upload.discard()

    def _begin(self, headers: dict[bytes, bytes]) -> None:
        self._upload, self._field, self._value = None, None, bytearray()
        _, said = parse_options_header(headers.get(b"content-disposition"))
        if b"filename" not in said:
            if not said.get(b"name"):
                raise UploadBroken
            self._field = said[b"name"].decode("utf-8", "replace")
            return
        name = said[b"filename"].decode("utf-8", "replace")
        if not name:
            # A browser sends an empty part where no file was chosen.
            return
        self.require_welcome()
        if len(self._files) >= MOST_TO_A_REQUIREMENT:
            raise TooManySent(most=MOST_TO_A_REQUIREMENT)
        self._upload = self._office.papers.upload(name, most=self._office.settings.most_paper_bytes)
        self._files.append((self._upload, headers.get(b"content-type", b"").decode("latin-1")))

    def _add(self, piece: bytes) -> None:
        if self._upload is not None:
            self._upload.write(piece)
        elif self._field is not None:
            self._value += piece
            if len(self._value) > _MOST_IN_A_FIELD:
                raise BodyTooLarge(most=_MOST_IN_A_FIELD)
        elif piece:
            raise UploadBroken

    def _end(self) -> None:
        if self._field is None:
            return
        self.fields[self._field] = self._value.decode("utf-8", "replace")
        if self._field == "form_token" and self._check_token is not None:
            self._check_token(self.fields["form_token"])
            self._is_checked = True


@asynccontextmanager
async def received(
    request: Request,
    office: Office,
    *,
    check_token: Callable[[str], None] | None = None,
    before: Callable[[], object] | None = None,
) -> AsyncIterator[Sending]:
    """What the request brings, for as long as the block lasts; ``before`` may refuse before a file is written.

    ``check_token`` is given the field ``form_token``, which has to come before the first file. What is refused is read
    to its end all the same, and thrown away: a browser that is cut off in mid-sentence shows no page at all.
    Raises what both raise, UploadBroken, TooManySent, BodyTooLarge, PaperTooLarge, NoRoomForPapers.
    """
    sending = Sending(office, check_token, before)
    most = MOST_TO_A_REQUIREMENT * office.settings.most_paper_bytes + _MOST_BESIDE
    try:
        await _receive(request, sending, most)
        yield sending
    finally:
        await run_in_threadpool(sending.discard)


async def _receive(request: Request, sending: Sending, most: int) -> None:
    stream = request.stream()
    try:
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            # Not what our form sends: it has no token either.
            await run_in_threadpool(sending.require_welcome)
        await _take_all(stream, sending, _Parts(request.headers.get("content-type", "")), most)
    except ClientDisconnect:
        raise UploadBroken from None
    except Refusal:
        await _read_to_the_end(stream, most)
        raise


async def _take_all(stream: AsyncIterator[bytes], sending: Sending, parts: _Parts, most: int) -> None:
    size = 0
    async for piece in stream:
        size += len(piece)
        if size > most:
            raise BodyTooLarge(most=most)
        await run_in_threadpool(sending.take, parts.read(piece))
    if not parts.is_complete:
        raise UploadBroken
    await run_in_threadpool(sending.require_welcome)


async def _read_to_the_end(stream: AsyncIterator[bytes], most: int) -> None:
    """At most as much again as anybody may send."""
    size = 0
    with suppress(ClientDisconnect):
        async for piece in stream:
            size += len(piece)
            if size > most:
                break


class _Parts:
    """The parser, and what it told since it was last asked."""

    def __init__(self, content_type: str) -> None:
        kind, said = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not said.get(b"boundary"):
            raise UploadBroken
        self.is_complete = False
        self._told: list[_Told] = []
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        try:
            self._parser = MultipartParser(
                said[b"boundary"],
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._read_name,
                    "on_header_value": self._read_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": lambda: self._told.append(_Told("part", headers=self._headers)),
                    "on_part_data": lambda data, start, end: self._told.append(_Told("piece", data[start:end])),
                    "on_part_end": lambda: self._told.append(_Told("end")),
                    "on_end": self._finish,
                },
            )
        except FormParserError:
            raise UploadBroken from None

    def read(self, piece: bytes) -> list[_Told]:
        """What the piece tells. Raises UploadBroken."""
        try:
            self._parser.write(piece)
        except FormParserError:
            raise UploadBroken from None
        told, self._told = self._told, []
        return told

    def _begin(self) -> None:
        self._headers, self._name, self._value = {}, b"", b""

    def _read_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _read_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _finish(self) -> None:
        self.is_complete = True
