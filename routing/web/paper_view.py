"""What this person sees of an application's papers, and where they can attach more."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from routing.domain.attachment import PaperKind
from routing.domain.desks import Label
from routing.domain.errors import Refusal
from routing.domain.papers import Spot, spot_of
from routing.office import Office
from routing.reading.application_file import ApplicationFile
from routing.reading.papers import papers_of
from routing.web.application_view import ApplicationView
from routing.web.visitors import Staff
from routing.web.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """A paper in the list."""

    no: int
    #: None: another paper
    requirement: Label | None
    kind: str
    size: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PapersView:
    """The papers before this person's eyes."""

    rows: tuple[PaperRow, ...]
    #: papers show who applies
    may_download: bool
    may_attach: bool
    most_mebibytes: int
    #: what a file dialogue offers
    endings: str


def see_papers(office: Office, staff: Staff, view: ApplicationView, wording: Wording) -> PapersView:
    """The list, and whether there is a form below it."""
    found = papers_of(office, view.file.application)
    may_attach = False
    with suppress(Refusal):
        where_attached(staff, view.file)
        may_attach = True
    words = {kind.media_type: kind.words for kind in PaperKind}
    requirements = view.file.workflow.requirements
    rows = tuple(
        PaperRow(
            no=one.no,
            requirement=requirements[one.requirement].label if one.requirement in requirements else None,
            kind=words.get(one.media_type, one.media_type),
            size=size_in_words(one.bytes, wording.language),
            at=one.at,
            by=found.names.get(one.by, one.by),
        )
        for one in found.papers
    )
    return PapersView(
        rows=rows,
        may_download=view.shows_who,
        may_attach=may_attach,
        most_mebibytes=office.settings.paper_mebibytes,
        endings=",".join(f".{ending}" for kind in PaperKind for ending in kind.endings),
    )


def where_attached(staff: Staff, file: ApplicationFile) -> Spot:
    """Where this person attaches papers now. Raises what ``spot_of`` raises."""
    return spot_of(file.book, file.application, file.open_visits, staff.person, staff.at)


def size_in_words(size: int, language: str) -> str:
    """The size as a person reads it: KiB, from a mebibyte on MiB with one decimal."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KiB"
    written = f"{size / 1024 / 1024:.1f} MiB"
    return written.replace(".", ",") if language == "id" else written
