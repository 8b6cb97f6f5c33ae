"""Which papers does an application have, and may this person have one? And: is every paper where the books say?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from routing.domain.application import Application
from routing.domain.attachment import Attachment
from routing.domain.errors import Kind, Refusal
from routing.domain.people import Action, Person, Place, require
from routing.office import Office
from routing.reading.application_file import ApplicationFile, application_file
from routing.reading.catalogue import names_of
from routing.storage.tables import attachments
from routing.storage.transaction import Transaction
from routing.vault.paper_store import PaperLost

_CONTENTS = sa.select(attachments.c.sha256).distinct().order_by(attachments.c.sha256)
_ROWS_AT_ONCE = 2_000


class UnknownPaper(Refusal):
    """Application {number} has no paper {no}. Open the application and choose from its list."""

    code = "unknown_paper"
    kind = Kind.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperList:
    """The papers of an application, in the order in which they were attached."""

    papers: tuple[Attachment, ...]
    #: names of who attached them, by account code
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFile:
    """A paper to be handed out."""

    paper: Attachment
    path: Path
    #: what it is called when it is saved
    name: str


def papers_of(office: Office, application: Application) -> PaperList:
    """What has been attached: kinds, sizes, times; nothing of what is in them."""
    with office.reading() as connection:
        found = tuple(Transaction(connection).attachments(application))
        names = names_of(connection, (one.by for one in found))
    return PaperList(papers=found, names=names)


def sight_of(file: ApplicationFile, counters: Sequence[str]) -> Place:
    """Where somebody has to sit to see who applies: a desk at which it lies, or any counter. Papers tell no less."""
    return Place(desks=(*file.desks, *counters))


def paper_file(
    office: Office, number: str, no: int, *, person: Person, counters: Sequence[str], at: datetime
) -> PaperFile:
    """The paper, for whoever may see who applies. Raises UnknownApplication, NotAllowed, UnknownPaper, PaperLost."""
    file = application_file(office, number)
    require(person, Action.SEE_PARTICULARS, sight_of(file, counters), at)
    with office.reading() as connection:
        attached = Transaction(connection).attachments(file.application)
    paper = next((one for one in attached if one.no == no), None)
    if paper is None:
        raise UnknownPaper(number=file.application.number, no=no)
    return PaperFile(
        paper=paper,
        path=office.papers.require_whole(paper.sha256),
        name=paper.file_name(file.application.number),
    )


def lost_papers(office: Office) -> Iterator[str]:
    """The hashes of papers that the books name and the folder does not have as they were. Reads every paper."""
    with office.reading() as connection:
        named = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(_CONTENTS).scalars()
        for sha256 in named:
            try:
                office.papers.require_whole(sha256)
            except PaperLost:
                yield sha256
