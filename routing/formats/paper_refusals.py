"""What is wrong with a file somebody hands in, whatever its kind. What only one kind can have stands with that kind.

``file`` is the name the file was handed in under: it is said back to the person, and kept nowhere.
"""

from __future__ import annotations

from routing.domain.errors import Kind, Refusal
from routing.domain.phrases import Phrase


class EmptyPaper(Refusal):
    """{file} is empty. Save or scan it anew and look whether it can be opened before you send it."""

    code = "paper_empty"
    kind = Kind.MALFORMED


class UnknownPaperKind(Refusal):
    """{file} is none of the kinds taken here: {kinds}. Save or scan it as one of them."""

    code = "paper_kind_unknown"
    kind = Kind.MALFORMED


class MislabelledPaper(Refusal):
    """{file} is called .{ending}, but its content is {found}. Give it the ending .{right} or send the right file."""

    code = "paper_mislabelled"
    kind = Kind.MALFORMED


class MediaTypeDiffers(Refusal):
    """{file} was sent as {said}, but its content is {found}. Save it anew, or send it as {right}."""

    code = "paper_media_type_differs"
    kind = Kind.MALFORMED


class TwoFilesInOne(Refusal):
    """{file} is {kind} and something else at once: {problem}. Save it anew, so that only the document is left."""

    code = "paper_two_in_one"
    kind = Kind.MALFORMED


class DamagedPaper(Refusal):
    """{file} cannot be opened as {kind}: {problem}. Save or scan it anew and send it again."""

    code = "paper_damaged"
    kind = Kind.MALFORMED


class TooManyPages(Refusal):
    """{file} has {pages} pages or pictures; at most {most} are taken. Split it into several files."""

    code = "paper_too_many_pages"
    kind = Kind.TOO_LARGE


class PictureTooLarge(Refusal):
    """{file} has {width} by {height} dots; at most {most} million are taken. Scan it with 300 dots an inch."""

    code = "picture_too_large"
    kind = Kind.TOO_LARGE


class TooHardToOpen(Refusal):
    """{file} takes more memory or time to open than a document does. Print it as a new PDF, or scan it."""

    code = "paper_too_hard_to_open"
    kind = Kind.TOO_LARGE


CUT_OFF = Phrase("it ends too early")
#: Most dots of a picture, or of one page: A4 with 600 dots an inch has 35 million.
MOST_PIXELS = 64_000_000


def require_few_pixels(file: str, width: int, height: int) -> None:
    """Raises PictureTooLarge: what unpacks to gigabytes is refused by what it says of itself, before it is unpacked."""
    if width * height > MOST_PIXELS:
        raise PictureTooLarge(file=file, width=width, height=height, most=MOST_PIXELS // 1_000_000)
