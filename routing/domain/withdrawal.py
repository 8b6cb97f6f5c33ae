"""The applicant takes an application back: everything under way on it is recalled, and it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from routing.domain.acting import acting_facts
from routing.domain.application import Application
from routing.domain.audit_chain import keyed_digest
from routing.domain.conditions import require_within_the_law
from routing.domain.errors import DeskNotOffered
from routing.domain.ledger import Interval
from routing.domain.move import Move, Note, chained, entry_of, recalls
from routing.domain.next_step import not_possible
from routing.domain.people import Action, Person, Place, require
from routing.domain.preconditions import reason_text, require_not_own, require_open, require_seen
from routing.domain.promise_clock import turn
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import Reason


def withdraw(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    *,
    ledger: Sequence[Interval] = (),
    desk: str,
    reason: str,
    person: Person,
    at: datetime,
    digest_key: bytes,
    seen_version: int | None = None,
) -> Move:
    """The applicant takes the application back; the counter ``desk`` records it and every open visit is recalled.

    Raises ApplicationEnded, StaleVersion, NotAllowed, OwnApplication, DecisionNotPossible (too late for a withdrawal),
    LimitPassed, TextTooLong.
    """
    require_open(book.workflow, application)
    require_seen(application, seen_version)
    intake = book.workflow.steps[book.workflow.intake[0]]
    if desk not in intake.desks:
        raise DeskNotOffered(step=intake.label.id, desk=desk, desks=", ".join(intake.desks))
    held = require(person, Action.WITHDRAW, Place(desks=(desk,), roles=intake.roles), at)
    require_not_own(person, application.applicant_index, application.number)
    require_within_the_law(book.workflow, application, application.step, at)
    end = book.lead_withdrawn(application.step)
    if end is None:
        raise not_possible(book, None, application, "withdraw")
    text = reason_text(reason, Reason.OPTIONAL, "withdraw")
    turned = turn(book, application, (), ledger, at=at, by=person.code, ends=True)
    facts = {
        "step": application.step,
        "decision": "withdraw",
        "to": end,
        "role": held.role,
        **acting_facts(held.acting),
        "clock": turned.facts,
    }
    digest = keyed_digest(digest_key, text) if text else None
    withdrawn = entry_of(
        application, at=at, kind="withdrawn", desk=desk, actor=person.code, facts={**facts, "reason": digest}
    )
    recalled, entries = recalls(chained(application, withdrawn), open_visits, actor=person.code, at=at)
    after = replace(
        chained(application, entries[-1] if entries else withdrawn),
        step=end,
        outcome=book.workflow.ends[end].outcome,
        version=application.version + 1,
        changed_at=at,
        wake_at=None,
    )
    note = Note(seq=withdrawn.seq, text=text) if text else None
    entries.insert(0, withdrawn)
    return Move(at=at, before=application, after=after, visits=tuple(recalled), entries=tuple(entries), note=note,
                intervals=turned.intervals)  # fmt: skip
