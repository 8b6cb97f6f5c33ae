"""Decision in, Move out: everything a decision changes, as one value. The heart of the engine.

A pure function computes the Move or raises a ``Refusal``; one pen (``storage.transaction``) writes it. A move carries
its time: these functions are handed ``at`` and never ask a clock. Nothing here reads the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing.domain.acting import Acting, acting_facts
from routing.domain.application import Application
from routing.domain.audit_chain import Entry, keyed_digest
from routing.domain.conditions import require_other_eyes, require_overdue, require_within_the_law
from routing.domain.courses import Course, course_of
from routing.domain.decision import Decision
from routing.domain.due_dates import due_without_pause, unwarned
from routing.domain.errors import StaleVersion
from routing.domain.facts import with_findings, with_return
from routing.domain.fields import Fact
from routing.domain.late_stops import late_marks
from routing.domain.ledger import Interval
from routing.domain.marks import Mark
from routing.domain.move import Move, Note, chained, entry_of, recalls
from routing.domain.next_step import roles_for, rule_for
from routing.domain.people import Action, Person, Place, may, require
from routing.domain.preconditions import require_in_hand, require_not_own, require_open
from routing.domain.promise_clock import Turn, turn
from routing.domain.resubmission import takes_back
from routing.domain.state_machine import RuleBook
from routing.domain.statements import Statement, statement_of
from routing.domain.visits import Visit, visit_named
from routing.domain.workflow import End, Program, Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Whose decision it is, in which role, when."""

    person: Person
    role: str
    at: datetime
    #: keys the digest of the reason
    digest_key: bytes
    #: the letter by which the role is held in somebody's place
    acting: Acting | None = None


def decide(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    said: Decision,
    *,
    person: Person,
    at: datetime,
    digest_key: bytes,
    ledger: Sequence[Interval] = (),
    past: Sequence[Visit] = (),
) -> Move:
    """What the person's decision changes. ``past``: the closed visits, where ``RuleBook.looks_back`` asks for them.

    Raises ApplicationEnded, StaleVersion, NotAtThisDesk, VisitNotNamed, NotAllowed, OwnApplication, StillOnItsWay,
    HeldByAnother, UnknownDecision, DecisionNotPossible, ConditionNotMet, FourEyes, NotOverdueYet, LimitPassed,
    ReasonMissing, ReasonNotChosen, TextTooLong, RequirementsNotNamed, UnknownRequirement, FindingsNotFilledIn,
    RequirementDue, DeskNotNamed and DeskNotOffered.
    """
    require_open(book.workflow, application)
    visit = _visit_meant(book, application, open_visits, said, person, at)
    _require_unchanged(application, visit, said.seen_version)
    step = book.workflow.steps[visit.step]
    place = Place(desks=(visit.desk,), roles=roles_for(step, said.decision, said.role))
    held = require(person, Action.DECIDE, place, at)
    require_not_own(person, application.applicant_index, application.number)
    require_in_hand(application, visit, person, at)
    voice = Voice(person=person, role=held.role, at=at, digest_key=digest_key, acting=held.acting)
    # Whoever says that the applicant's time is over says what came to pass when it ended.
    is_over = step.deadline is not None and said.decision == step.deadline.decision and at > visit.due_at
    fell_due = visit.due_at if is_over else None
    return carry_out(book, application, open_visits, visit, said, voice, ledger=ledger, past=past, fell_due=fell_due)


def carry_out(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    visit: Visit,
    said: Decision,
    voice: Voice,
    *,
    ledger: Sequence[Interval] = (),
    past: Sequence[Visit] = (),
    fell_due: datetime | None = None,
) -> Move:
    """The decision itself, once it is clear that this person (or program) may say something at this visit.

    ``fell_due``: when the clock should have said it; a limit of the law that passed after that came too late.
    """
    rule = rule_for(book, application, visit, said.decision)
    require_other_eyes(book.workflow, application, rule, voice.person, past)
    due = due_without_pause(book.workflow.steps[visit.step], visit, book.calendar, ledger, voice.at)
    require_overdue(book.workflow, application, visit, said.decision, due, voice.at)
    require_within_the_law(book.workflow, application, visit.step, fell_due or voice.at)
    statement = statement_of(book.workflow, application, rule, said)
    known = application
    if statement.findings:
        known = replace(application, facts=with_findings(application.facts, statement.findings))
    others = [other for other in open_visits if other.no != visit.no]
    course = course_of(book, known, visit, others, said.decision, rule, named_desk=said.next_desk, at=voice.at)
    facts = course.facts
    ends = course.target in book.workflow.ends
    turned = turn(book, known, _open_after(others, course), ledger, at=voice.at, by=voice.person.code, ends=ends)
    returns = rule.names_requirements or any(takes_back(book.workflow.steps[one.step]) for one in course.opened)
    if returns:
        facts = with_return(facts, statement.requirements, application.papers)
    late = late_marks(book, ledger, turned, voice.at, returns=returns)
    marks = _marks(late, is_repeated=bool(statement.repeated), turned=turned)
    entry = _entry(application, visit, said, voice, course, statement, turned=turned, marks=marks)
    recalled: list[Visit] = []
    entries: list[Entry] = []
    if course.recalled:
        recalled, entries = recalls(chained(application, entry), course.recalled, actor=voice.person.code, at=voice.at)
    last = entries[-1] if entries else entry
    return Move(
        at=voice.at,
        before=application,
        after=_after(book.workflow, application, course, facts, last, turned, voice.at),
        # A pause that somebody granted does not outlast the answer.
        visits=(
            _closed(application, visit, said, voice),
            *recalled,
            *unwarned(course.opened, ledger if turned.answered_at is None else ()),
        ),
        entries=(entry, *entries),
        note=Note(seq=entry.seq, text=statement.text) if statement.text else None,
        intervals=turned.intervals,
        marks=tuple((entry.seq, mark) for mark in marks),
    )


def by_program(program: Program, at: datetime, digest_key: bytes) -> Voice:
    """The voice of an automatic desk: no account, and no role but its own."""
    code = f"auto.{program}"
    return Voice(person=Person(id=0, code=code, name=code), role="automatic", at=at, digest_key=digest_key)


def _after(  # noqa: PLR0917 - what a decision comes to
    workflow: Workflow,
    application: Application,
    course: Course,
    facts: Mapping[str, Fact],
    last: Entry,
    turned: Turn,
    at: datetime,
) -> Application:
    """The application once all of it has happened."""
    end = workflow.ends.get(course.target or "")
    # Not by ``chained``: every copy of an application costs a decision a twentieth of its time.
    return replace(
        application,
        entry_count=last.seq,
        chain_head=last.hash,
        step=course.target or application.step,
        outcome=end.outcome if end is not None else None,
        version=application.version + 1,
        visit_count=application.visit_count + len(course.opened),
        changed_at=at,
        facts=facts,
        promise_due=turned.dues.promise,
        legal_due=turned.dues.legal,
        wake_at=turned.wake_at if end is None else _wakes_stopped(end, at),
        answered_at=turned.answered_at,
    )


def _closed(application: Application, visit: Visit, said: Decision, voice: Voice) -> Visit:
    """The visit once it has been decided."""
    return replace(
        visit,
        closed_at=voice.at,
        decision=said.decision,
        decided_by=voice.person.code,
        holder=visit.holder or voice.person.code,
        version=application.version + 1,
        act_at=None,
        warn_at=None,
        needs_attention=False,
    )


def _marks(late: Sequence[Mark], *, is_repeated: bool, turned: Turn) -> tuple[Mark, ...]:
    """What an auditor should look at."""
    found = (
        (is_repeated, Mark.REPEATED_RETURN),
        (turned.is_restart, Mark.RESTART),
        (turned.is_taken_back, Mark.TAKEN_BACK),
    )
    return (*late, *(mark for is_so, mark in found if is_so))


def _open_after(others: Sequence[Visit], course: Course) -> list[Visit]:
    """The visits that are open once the decision has been carried out."""
    gone = {one.no for one in course.recalled}
    return [*(one for one in others if one.no not in gone), *course.opened]


def _wakes_stopped(end: End, at: datetime) -> datetime | None:
    """When the time is over in which a stopped application can be taken up again, if something follows then."""
    how = end.resume
    return at + timedelta(days=how.days) if how is not None and how.then is not None else None


def _entry(
    application: Application,
    visit: Visit,
    said: Decision,
    voice: Voice,
    course: Course,
    statement: Statement,
    *,
    turned: Turn,
    marks: Sequence[Mark],
) -> Entry:
    sent = [{"visit": one.no, "step": one.step, "desk": one.desk} for one in course.opened]
    facts = {
        "visit": visit.no,
        "step": visit.step,
        "decision": said.decision,
        "to": course.target,
        "sent": sent or None,
        "role": voice.role,
        **acting_facts(voice.acting),
        "requirements": list(statement.requirements) or None,
        "repeated": list(statement.repeated) or None,
        "reasons": list(statement.reasons) or None,
        "findings": dict(statement.findings) or None,
        "reason": keyed_digest(voice.digest_key, statement.text) if statement.text else None,
        "clock": turned.facts,
        "marks": [str(mark) for mark in marks] or None,
    }
    return entry_of(application, at=voice.at, kind="decided", desk=visit.desk, actor=voice.person.code, facts=facts)


def _visit_meant(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    said: Decision,
    person: Person,
    at: datetime,
) -> Visit:
    """The visit that is named, or the only one that can be meant. Raises NotAtThisDesk, VisitNotNamed."""
    meant = open_visits
    if said.visit is None and len(open_visits) > 1:
        meant = [visit for visit in open_visits if _decides_at(book, visit, said, person, at)] or open_visits
    return visit_named(application.number, meant, said.visit)


def _decides_at(book: RuleBook, visit: Visit, said: Decision, person: Person, at: datetime) -> bool:
    roles = roles_for(book.workflow.steps[visit.step], said.decision, said.role)
    return may(person, Action.DECIDE, Place(desks=(visit.desk,), roles=roles), at) is not None


def _require_unchanged(application: Application, visit: Visit, seen: int | None) -> None:
    """Nothing has happened at this visit since; what other desks do meanwhile is no reason to look again."""
    if seen is not None and not visit.version <= seen <= application.version:
        raise StaleVersion(number=application.number, seen=seen, now=application.version)
