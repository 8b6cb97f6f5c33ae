"""A paper of an application: which kinds there are, and what is known of one. Values only.

What a file really is, ``formats.paper_kinds`` decides from its bytes; where it lies is the ``vault``'s. Here it is a
kind, a size and the hash of its content. Nobody's own name for a file is kept: it is personal data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class PaperKind(Enum):
    """What can be attached: media type, the file endings it may come with (the first is ours), its name in words."""

    PDF = ("application/pdf", ("pdf",), "PDF")
    JPEG = ("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), "JPEG")
    PNG = ("image/png", ("png",), "PNG")
    TIFF = ("image/tiff", ("tif", "tiff"), "TIFF")
    DOCX = ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",), "DOCX")

    def __init__(self, media_type: str, endings: tuple[str, ...], words: str) -> None:
        self.media_type = media_type
        self.endings = endings
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A checked file, not attached yet."""

    #: code of the requirement it is for; None: another paper
    requirement: str | None
    kind: PaperKind
    #: size
    bytes: int
    #: SHA-256 of the content in hex
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A paper of an application; ``no`` counts within it."""

    application_id: int
    no: int
    requirement: str | None
    sha256: str
    media_type: str
    bytes: int
    at: datetime
    #: the account that attached it
    by: str

    def file_name(self, number: str) -> str:
        """What a download is called: nothing in it comes from the file somebody brought."""
        ending = next((kind.endings[0] for kind in PaperKind if kind.media_type == self.media_type), "bin")
        return f"{number}-{self.requirement or 'other'}-{self.no}.{ending}"
