"""What a form sent: at most 1 MiB, valid UTF-8, read here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import unquote_to_bytes

from fastapi import Request

from routing.domain.errors import BodyTooLarge, NotUtf8

#: Most bytes a request may bring.
MOST_BYTES = 1_048_576
#: A checkpoint with as many signatures as it may have.
MOST_TEXT_BYTES = 65_536
#: So much more is read and thrown away, because a browser that is cut off in mid-sentence shows no page at all.
_MOST_DISCARDED = 16 * MOST_BYTES
_MOST_FIELDS = 1_000
#: Never shown again, whatever happens to the form.
_SECRET = {"form_token", "password", "password_again", "nik", "key", "version"}


class PostedForm:
    """The fields of a form; a field that was not sent is empty."""

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: dict[str, list[str]] = {}
        for name, value in fields:
            self._fields.setdefault(name, []).append(value)

    @property
    def was_sent(self) -> bool:
        """Whether anything was sent at all."""
        return bool(self._fields)

    def text(self, name: str) -> str:
        """The field as it was typed."""
        return self._fields.get(name, [""])[0]

    def choice(self, name: str) -> str | None:
        """The field, trimmed; None where nothing was chosen."""
        return self.text(name).strip() or None

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that can be ticked more than once."""
        return tuple(dict.fromkeys(self._fields.get(name, ())))

    def beginning(self, prefix: str) -> dict[str, str]:
        """The fields whose names begin so, by what follows."""
        begun = (name for name in self._fields if name.startswith(prefix))
        return {name.removeprefix(prefix): self.text(name) for name in begun}

    def number(self, name: str) -> int:
        """A number the page itself put there; -1 where it is none."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1

    def typed(self) -> list[str]:
        """What a person wrote, to be given back to them when the form could not be taken."""
        return [
            value
            for name, values in self._fields.items()
            if name not in _SECRET
            for value in values
            if len(value.strip()) > 1
        ]


async def posted_text(request: Request) -> str:
    """What was sent, where that is a plain text and no form. Raises BodyTooLarge, NotUtf8."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_TEXT_BYTES:
            raise BodyTooLarge(most=MOST_TEXT_BYTES)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise NotUtf8(field="?") from error


async def posted_form(request: Request) -> PostedForm:
    """The form of this request. Raises BodyTooLarge, NotUtf8."""
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > _MOST_DISCARDED:
            break
        if size <= MOST_BYTES:
            body += chunk
    if size > MOST_BYTES:
        raise BodyTooLarge(most=MOST_BYTES)
    is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    form = PostedForm(_fields(bytes(body)) if is_form else ())
    request.state.form = form
    return form


def _fields(body: bytes) -> Iterator[tuple[str, str]]:
    for pair in body.split(b"&", _MOST_FIELDS)[:_MOST_FIELDS]:
        name, _, value = pair.partition(b"=")
        if name:
            field = _decoded(name, "?")
            yield field, _decoded(value, field)


def _decoded(raw: bytes, field: str) -> str:
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise NotUtf8(field=field) from error
    # PostgreSQL keeps no NUL, and nobody types one.
    if "\0" in text:
        raise NotUtf8(field=field)
    return text.replace("\r\n", "\n")
