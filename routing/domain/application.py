"""The document that travels, and what is handed in with it. Values only; how they change is ``moves``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import rfc8785

from routing.domain.fields import Fact
from routing.domain.workflow import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One request by one applicant for one service, as it stands after ``version`` moves."""

    id: int
    number: str
    tracking_code: str
    service: str
    #: content hash of the workflow version it started under and stays with
    workflow: str
    #: the step it is at, or the end it reached
    step: str
    outcome: Outcome | None = None
    #: moves so far
    version: int
    visit_count: int
    #: entries so far, and the hash of the last one: the next entry is chained to it
    entry_count: int
    chain_head: bytes
    submitted_at: datetime
    changed_at: datetime
    channel: str = "counter"
    #: the case's name in the log it was imported from; its moves carry the log's times
    imported_case: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    #: codes of the requirements that have been handed in
    papers: tuple[str, ...] = ()
    #: keyed index of the applicant's NIK, the same in every application of theirs; None: imported, or erased
    applicant_index: bytes | None = field(default=None, repr=False)
    #: when the applicant's personal data was destroyed
    erased_at: datetime | None = None
    #: the version of the working calendar its days are counted by (hash); None: not counted yet
    calendar: str | None = None
    #: when the promise ends; None: there is none, or it stands still
    promise_due: datetime | None = None
    #: the same of the limit a law sets
    legal_due: datetime | None = None
    #: when the clock looks at it next
    wake_at: datetime | None = None
    #: when the law deemed it granted
    deemed_at: datetime | None = None
    #: when the office answered, where its route says with which decision it does; what was due then stays as it was
    answered_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything can still be decided."""
        return self.outcome is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """Who applies, in their own words: personal data, kept beside the log and never in it."""

    name: str
    nik: str
    phone: str = ""
    #: what the form asks of a person, by field; as it was typed until the form has been read
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What makes an application itself: given by the office, because a pure function can neither count nor draw."""

    id: int
    number: str
    tracking_code: str
    #: keys the digests of this application's free text in the log (32 random bytes)
    digest_key: bytes = field(repr=False)
    #: keyed index of the applicant's NIK; None: nobody is known
    applicant_index: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What the counter (or an import) hands in, with the first decision on it."""

    #: the counter it is handed in at
    desk: str
    #: the intake step; None: the workflow's first
    step: str | None = None
    decision: str
    #: the role it is handed in by, for somebody who holds several
    role: str | None = None
    #: the desk it goes to, where the next step can be done at several
    next_desk: str | None = None
    papers: tuple[str, ...] = ()
    particulars: Particulars | None = None
    #: ``person`` or ``business``
    applicant_kind: str = "person"
    #: the form as it was typed or sent, by field; read into ``facts`` and ``particulars`` by ``intake.read``
    form: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    channel: str = "counter"
    imported_case: str | None = None


def particulars_text(who: Particulars) -> str:
    """The particulars as one text (canonical JSON), of which the log keeps a keyed digest."""
    said: dict[str, Any] = {"name": who.name, "nik": who.nik, "phone": who.phone, "answers": dict(who.answers)}
    return rfc8785.dumps(said).decode()
