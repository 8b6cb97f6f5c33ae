"""The applicant's own time is over: the clock says what the step says then, and ends for good what stayed stopped.

How long that time is, the workflow says. Its reasons in words are free text like any other: kept beside the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from routing.domain.application import Application
from routing.domain.audit_chain import keyed_digest
from routing.domain.decision import Decision
from routing.domain.early_warnings import AUTOMATIC, CLOCK
from routing.domain.ledger import Interval
from routing.domain.move import Move, Note, chained, entry_of
from routing.domain.moves import Voice, carry_out
from routing.domain.people import Person
from routing.domain.resumption import resumable_until, resume_of
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import Reason
from routing.domain.working_calendar import WorkingCalendar

# Indonesian, as every officer's own words: what stands in a decision is not translated.
_NOT_ANSWERED = (
    "Pemohon diberi waktu {days} hari kerja, sampai dengan {until}. Sampai batas waktu itu berakhir, tanggapan atau "
    "perbaikan dari pemohon tidak diterima."
)
_NOT_RESUMED = (
    "Permohonan dihentikan dan dapat diminta untuk dilanjutkan dalam {days} hari kalender, sampai dengan {until}. "
    "Sampai batas waktu itu berakhir, permintaan untuk melanjutkan tidak diterima."
)


def time_is_over(visit: Visit, at: datetime) -> bool:
    """Whether the time of a visit at which the applicant is waited for so long and no longer has passed."""
    return visit.is_open and visit.has_arrived and visit.due_at < at


def lapse(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    visit: Visit,
    *,
    at: datetime,
    digest_key: bytes,
    ledger: Sequence[Interval] = (),
    past: Sequence[Visit] = (),
) -> Move | None:
    """What the step says when the applicant's time is over; None: it is not, or the step says nothing then.

    An officer may have said it before. Raises what ``moves.carry_out`` raises.
    """
    deadline = book.workflow.steps[visit.step].deadline
    if deadline is None or not time_is_over(visit, at):
        return None
    rule = book.workflow.steps[visit.step].decisions[deadline.decision]
    reason = ""
    if rule.reason is not Reason.NONE and digest_key:
        reason = _NOT_ANSWERED.format(days=deadline.working_days, until=_day(book.calendar, visit.due_at))
    person = Person(id=0, code=CLOCK, name=CLOCK)
    voice = Voice(person=person, role=AUTOMATIC, at=at, digest_key=digest_key)
    said = Decision(decision=deadline.decision, visit=visit.no, reason=reason)
    return carry_out(
        book, application, open_visits, visit, said, voice, ledger=ledger, past=past, fell_due=visit.due_at
    )


def end_stopped(book: RuleBook, application: Application, *, at: datetime, digest_key: bytes) -> Move | None:
    """A stopped application comes to the end its stop names; None: there is still time, or it stays as it is."""
    how, until = resume_of(book.workflow, application), resumable_until(book.workflow, application)
    if how is None or how.then is None or until is None or at <= until:
        return None
    text = _NOT_RESUMED.format(days=how.days, until=_day(book.calendar, until)) if digest_key else ""
    facts = {
        "step": application.step,
        "to": how.then,
        "role": AUTOMATIC,
        "reason": keyed_digest(digest_key, text) if text else None,
    }
    entry = entry_of(application, at=at, kind="ended", desk=None, actor=CLOCK, facts=facts)
    after = replace(
        chained(application, entry),
        step=how.then,
        outcome=book.workflow.ends[how.then].outcome,
        version=application.version + 1,
        changed_at=at,
        wake_at=None,
    )
    note = Note(seq=entry.seq, text=text) if text else None
    return Move(at=at, before=application, after=after, visits=(), entries=(entry,), note=note)


def _day(calendar: WorkingCalendar, at: datetime) -> str:
    """The date as the office writes it: 31-12-2026."""
    return f"{calendar.local(at):%d-%m-%Y}"
