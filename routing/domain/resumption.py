"""An application that was stopped is taken up again: while its time lasts, at the step its end names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from routing.domain.acting import acting_facts
from routing.domain.application import Application
from routing.domain.audit_chain import keyed_digest
from routing.domain.errors import Refusal
from routing.domain.facts import without_opinions
from routing.domain.late_stops import late_marks
from routing.domain.ledger import Interval
from routing.domain.marks import Mark
from routing.domain.move import Move, Note, chained, entry_of
from routing.domain.next_step import desk_sent_to, desks_asked
from routing.domain.people import Action, Person, Place, require
from routing.domain.preconditions import reason_text, require_not_own, require_seen
from routing.domain.promise_clock import Turn, turn
from routing.domain.sending import sent_to
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import Outcome, Reason, Resume, Step, Workflow


class NotStopped(Refusal):
    """Application {number} cannot be taken up again: it was not stopped, or it was erased. It stands at: {step}."""

    code = "not_stopped"


class TooLateToResume(Refusal):
    """Application {number} was stopped and could be taken up again until {until}. Register a new one."""

    code = "too_late_to_resume"


def resume_of(workflow: Workflow, application: Application) -> Resume | None:
    """How it can be taken up again; None: it was not stopped."""
    end = workflow.ends.get(application.step)
    is_stopped = application.outcome is Outcome.STOPPED and application.erased_at is None
    return end.resume if end is not None and is_stopped else None


def resumable_until(workflow: Workflow, application: Application) -> datetime | None:
    """The last moment it can be taken up again; None: it was not stopped."""
    how = resume_of(workflow, application)
    return application.changed_at + timedelta(days=how.days) if how is not None else None


def resume(
    book: RuleBook,
    application: Application,
    closed_visits: Sequence[Visit],
    *,
    ledger: Sequence[Interval] = (),
    desk: str | None,
    reason: str,
    person: Person,
    at: datetime,
    digest_key: bytes,
    seen_version: int | None = None,
) -> Move:
    """The application goes on; ``desk``: where its step can be done at several.

    By whoever decides at the step it goes on at. What a desk had returned to the applicant goes back to that desk.
    Raises NotStopped, StaleVersion, TooLateToResume, NotAllowed, OwnApplication, DeskNotNamed, DeskNotOffered,
    TextTooLong.
    """
    # Whether something was stopped is told to whoever may see it only.
    require(person, Action.SEE_APPLICATION, Place(desks=()), at)
    how = _require_stopped(book.workflow, application, seen_version, at)
    step = book.workflow.steps[how.to]
    desks = _desks(book.workflow, application, step, desk)
    held = require(person, Action.DECIDE, Place(desks=desks, roles=step.roles), at)
    require_not_own(person, application.applicant_index, application.number)
    text, stopped = reason_text(reason, Reason.OPTIONAL, "resume"), _stopped_at(closed_visits, how.to)
    opened = _opened(book, application, how.to, desks, stopped, at)
    turned = turn(book, application, opened, ledger, at=at, by=person.code)
    marks = (*late_marks(book, ledger, turned, at), *((Mark.RESTART,) if turned.is_restart else ()))
    facts = {
        "step": application.step,
        "to": how.to,
        "sent": [_told(sent, stopped) for sent in opened],
        "role": held.role,
        **acting_facts(held.acting),
        "reason": keyed_digest(digest_key, text) if text else None,
        "clock": turned.facts,
        "marks": [str(mark) for mark in marks] or None,
    }
    entry = entry_of(application, at=at, kind="resumed", desk=desks[0], actor=person.code, facts=facts)
    return Move(
        at=at,
        before=application,
        after=_going_on(chained(application, entry), how.to, opened, turned, at),
        visits=opened,
        entries=(entry,),
        note=Note(seq=entry.seq, text=text) if text else None,
        intervals=turned.intervals,
        marks=tuple((entry.seq, mark) for mark in marks),
    )


def _going_on(known: Application, to: str, opened: Sequence[Visit], turned: Turn, at: datetime) -> Application:
    return replace(
        known,
        step=to,
        outcome=None,
        version=known.version + 1,
        visit_count=opened[-1].no,
        changed_at=at,
        facts=without_opinions(known.facts, to),
        promise_due=turned.dues.promise,
        legal_due=turned.dues.legal,
        wake_at=turned.wake_at,
        answered_at=turned.answered_at,
    )


def _require_stopped(workflow: Workflow, application: Application, seen_version: int | None, at: datetime) -> Resume:
    how, until = resume_of(workflow, application), resumable_until(workflow, application)
    if how is None or until is None:
        raise NotStopped(number=application.number, step=workflow.label_of(application.step).id)
    require_seen(application, seen_version)
    if at > until:
        raise TooLateToResume(number=application.number, until=until.date().isoformat())
    return how


def _opened(
    book: RuleBook, application: Application, to: str, desks: Sequence[str], stopped: Visit | None, at: datetime
) -> tuple[Visit, ...]:
    origin = (stopped.origin_step, stopped.origin_desk) if stopped is not None else (None, None)
    return tuple(
        sent_to(book, application, to, where, at=at, place=place, origin=origin)
        for place, where in enumerate(desks, start=1)
    )


def _desks(workflow: Workflow, application: Application, step: Step, named: str | None) -> tuple[str, ...]:
    if step.join is not None:
        return desks_asked(workflow, application, step)
    return (desk_sent_to(workflow, application, step, origin=None, named=named),)


def _stopped_at(closed_visits: Sequence[Visit], step: str) -> Visit | None:
    """The visit at which it was stopped, if that was at this step; None: it was elsewhere."""
    # Recalled ones were not decided: the one that was is where it was stopped.
    decided = [visit for visit in closed_visits if visit.decision is not None]
    last = max(decided, key=lambda visit: (visit.version, visit.no), default=None)
    return last if last is not None and last.step == step else None


def _told(sent: Visit, stopped: Visit | None) -> dict[str, object]:
    """A new visit for the log; where a step goes on, with the visit at which it was stopped."""
    said: dict[str, object] = {"visit": sent.no, "step": sent.step, "desk": sent.desk}
    return said if stopped is None else said | {"instead_of": stopped.no}
