"""A Move: everything a decision changes, as one value, and how its entries join the application's chain.

There is no other way to change an application: whoever has a Move has the entries that tell of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from routing.domain.application import Application, Particulars
from routing.domain.attachment import Attachment
from routing.domain.audit_chain import Entry, write_entry
from routing.domain.ledger import Interval
from routing.domain.marks import Mark
from routing.domain.notices import Notice
from routing.domain.visits import Visit

#: Kinds of entries by which an application comes to another step or end, which they name.
LEADS_ON = frozenset({"decided", "withdrawn", "resumed", "migrated", "ended", "deemed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Free text that belongs to an entry and stays out of it."""

    seq: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalAnswer:
    """What somebody answered to an integrity signal; its words stay out of the entry that tells of it."""

    #: the entry that tells of the answer, and the one the signal is about
    seq: int
    about: int
    signal: str
    status: str
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The application before and after, its visits as they are afterwards, and what the log says of it."""

    at: datetime
    before: Application | None
    after: Application
    #: every visit that is new (its ``no`` beyond ``before.visit_count``) or changed
    visits: tuple[Visit, ...]
    entries: tuple[Entry, ...]
    note: Note | None = None
    particulars: Particulars | None = None
    digest_key: bytes | None = None
    #: papers that are new
    attachments: tuple[Attachment, ...] = ()
    #: the application's key is destroyed with it, and every row sealed with that
    erases: bool = False
    #: rows of the ledger that are new or changed
    intervals: tuple[Interval, ...] = ()
    #: what an auditor should look at, with the entry (its ``seq``) that tells of it
    marks: tuple[tuple[int, Mark], ...] = ()
    #: whom it tells
    #: whom it tells
    notices: tuple[Notice, ...] = ()
    #: an integrity signal is answered with it
    answer: SignalAnswer | None = None

    @property
    def sends(self) -> bool:
        """Whether the relay has something to do now: a document is on its way, or a program's turn has come."""
        return any(visit.is_open and (not visit.has_arrived or visit.act_at is not None) for visit in self.visits)


def entry_of(
    application: Application, *, at: datetime, kind: str, desk: str | None, actor: str, facts: Mapping[str, object]
) -> Entry:
    """The application's next entry, with the version that the move it tells of leads to."""
    return write_entry(
        application_id=application.id,
        seq=application.entry_count + 1,
        previous=application.chain_head,
        at=at,
        kind=kind,
        desk=desk,
        actor=actor,
        facts={"application": application.number, "version": application.version + 1, **facts},
    )


def recalls(
    application: Application, visits: Sequence[Visit], *, actor: str, at: datetime
) -> tuple[list[Visit], list[Entry]]:
    """These visits, recalled, and an entry for each, chained one to the other behind the application's head."""
    recalled, entries = [], []
    for visit in visits:
        facts = {"visit": visit.no, "step": visit.step}
        entries.append(entry_of(application, at=at, kind="recalled", desk=visit.desk, actor=actor, facts=facts))
        application = chained(application, entries[-1])
        recalled.append(
            replace(
                visit, closed_at=at, version=application.version + 1, act_at=None, warn_at=None, needs_attention=False
            )
        )
    return recalled, entries


def chained(application: Application, entry: Entry) -> Application:
    """The application with the entry as the head of its chain."""
    return replace(application, entry_count=entry.seq, chain_head=entry.hash)
