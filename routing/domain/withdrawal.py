"""The applicant takes an application back: everything under way on it is recalled, and it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from routing.domain.acting import acting_facts
from routing.domain.application import Application
from routing.domain.audit_chain import keyed_digest
from routing.domain.errors import DeskNotOffered
from routing.domain.move import Move, Note, chained, entry_of
from routing.domain.next_step import not_possible
from routing.domain.people import Action, Person, Place, require
from routing.domain.preconditions import reason_text, require_not_own, require_open
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import Reason


def withdraw(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    *,
    desk: str,
    reason: str,
    person: Person,
    at: datetime,
    digest_key: bytes,
) -> Move:
    """The applicant takes the application back; the counter ``desk`` records it and every open visit is recalled.

    Raises ApplicationEnded, NotAllowed, OwnApplication, DecisionNotPossible (too late for a withdrawal), TextTooLong.
    """
    require_open(book.workflow, application)
    intake = book.workflow.steps[book.workflow.intake[0]]
    if desk not in intake.desks:
        raise DeskNotOffered(step=intake.label.id, desk=desk, desks=", ".join(intake.desks))
    held = require(person, Action.WITHDRAW, Place(desks=(desk,), roles=intake.roles), at)
    require_not_own(person, application.applicant_index, application.number)
    end = book.lead_withdrawn(application.step)
    if end is None:
        raise not_possible(book, application, "withdraw")
    text = reason_text(reason, Reason.OPTIONAL, "withdraw")
    facts = {
        "step": application.step,
        "decision": "withdraw",
        "to": end,
        "role": held.role,
        **acting_facts(held.acting),
    }
    entries = [
        entry_of(application, at=at, kind="withdrawn", desk=desk, actor=person.code,
               facts={**facts, "reason": keyed_digest(digest_key, text) if text else None})
    ]  # fmt: skip
    current = chained(application, entries[0])
    recalled = tuple(replace(visit, closed_at=at) for visit in open_visits)
    for visit in recalled:
        gone = {"visit": visit.no, "step": visit.step}
        entries.append(entry_of(current, at=at, kind="recalled", desk=visit.desk, actor=person.code, facts=gone))
        current = chained(current, entries[-1])
    outcome = book.workflow.ends[end].outcome
    after = replace(
        current,
        step=end,
        outcome=outcome,
        origin_step=None,
        origin_desk=None,
        version=application.version + 1,
        changed_at=at,
    )
    note = Note(seq=entries[0].seq, text=text) if text else None
    return Move(at=at, before=application, after=after, visits=recalled, entries=tuple(entries), note=note)
