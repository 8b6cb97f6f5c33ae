"""The applicant's own time is over: the clock says what the step says then, and ends for good what stayed stopped.

How long that time is, the workflow says. Its reasons in words are free text like any other: kept beside the log. Who
has brought anything in that time has not let it pass: then the desk is told, and somebody decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from routing.domain.application import Application
from routing.domain.audit_chain import keyed_digest
from routing.domain.decision import Decision
from routing.domain.early_warnings import AUTOMATIC, CLOCK, Given, warning_facts
from routing.domain.facts import has_brought_since
from routing.domain.ledger import Interval
from routing.domain.move import Move, Note, chained, entry_of
from routing.domain.moves import Voice, carry_out
from routing.domain.notices import BROUGHT, Notice, desk, supervisor
from routing.domain.people import Person
from routing.domain.resumption import resumable_until, resume_of
from routing.domain.state_machine import RuleBook
from routing.domain.stays import at_the_visit
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
    given: Given = (),
) -> Move | None:
    """What the step says when the applicant's time is over; None: it is not, or the step says nothing then.

    Where papers have come in since it was returned the desk and its supervisor are told, once, and the clock leaves it
    to them: taking the repair in and letting it lapse are both possible.

    An officer may have said it before. Raises what ``moves.carry_out`` raises.
    """
    deadline = book.workflow.steps[visit.step].deadline
    if deadline is None or not time_is_over(visit, at):
        return None
    if has_brought_since(application.facts, returned_at(visit, past)):
        return _papers_told(book, application, visit, given=given, at=at)
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


def returned_at(visit: Visit, past: Sequence[Visit]) -> datetime:
    """Since when the applicant is waited for: passed on to another counter, that did not begin anew."""
    earlier = (
        one for one in past if one.step == visit.step and one.decision is None and one.closed_at == visit.sent_at
    )
    passed_on = next((one for one in earlier if one.no != visit.no), None)
    return visit.sent_at if passed_on is None else returned_at(passed_on, past)


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


def _papers_told(book: RuleBook, application: Application, visit: Visit, *, given: Given, at: datetime) -> Move | None:
    about = str(visit.no)
    if any((told, level, due) == (about, BROUGHT, visit.due_at) for told, level, due, _ in given):
        return None
    told = [
        Notice(application_id=application.id, about=about, level=BROUGHT, due=visit.due_at, addressee=one, at=at)
        for one in (desk(visit.desk), supervisor(visit.desk))
    ]
    facts = warning_facts(book, about, visit.due_at, told)
    move = at_the_visit(application, replace(visit, warn_at=None), "warned", actor=CLOCK, at=at, facts=facts)
    # Whoever is about to decide has seen all there is to see: being told is no reason to look again.
    unchanged = tuple(replace(one, version=visit.version) for one in move.visits)
    unmoved = replace(move.after, changed_at=application.changed_at)
    return replace(move, after=unmoved, visits=unchanged, notices=tuple(told))


def _day(calendar: WorkingCalendar, at: datetime) -> str:
    """The date as the office writes it: 31-12-2026."""
    return f"{calendar.local(at):%d-%m-%Y}"
