"""Decision in, Move out: everything a decision changes, as one value. The heart of the engine.

A pure function computes the Move or raises a ``Refusal``; one pen (``storage.transaction``) writes it. A move carries
its time: these functions are handed ``at`` and never ask a clock. Nothing here reads the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from routing.domain.application import Application, Identity, Submission
from routing.domain.audit_chain import GENESIS, keyed_digest
from routing.domain.errors import (
    DecisionNotPossible,
    DeskNotNamed,
    DeskNotOffered,
    NotAtThisDesk,
    StaleVersion,
    UnknownDecision,
)
from routing.domain.move import Move, Note, chained, entry_of
from routing.domain.people import Action, Person, Place, require
from routing.domain.preconditions import (
    reason_text,
    require_in_hand,
    require_named,
    require_open,
    require_papers,
)
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import ORIGIN, DecisionRule, Reason, Step, Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody says at a visit."""

    decision: str
    #: the visit it is said at; None: the only open one
    visit: int | None = None
    #: free text; kept beside the log, its keyed digest in it
    reason: str = ""
    #: requirements to be repaired
    requirements: tuple[str, ...] = ()
    #: the desk the document goes to, where the next step can be done at several
    next_desk: str | None = None
    #: the version the person was looking at; None: not checked
    seen_version: int | None = None


def submit(
    book: RuleBook, submission: Submission, *, person: Person, identity: Identity, at: datetime
) -> Move:
    """A new application, with the counter's decision on it.

    Raises NotAllowed, UnknownDecision, DeskNotOffered, DeskNotNamed, RequirementMissing, UnknownRequirement.
    """
    workflow = book.workflow
    step_code = submission.step if submission.step in workflow.intake else workflow.intake[0]
    step = workflow.steps[step_code]
    if submission.desk not in step.desks:
        raise DeskNotOffered(step=step.label.id, desk=submission.desk, desks=", ".join(step.desks))
    place = Place(desks=(submission.desk,), roles=_roles(step, submission.decision))
    role = require(person, Action.REGISTER, place, at).role
    require_papers(workflow, submission.papers)
    visit = Visit(
        application_id=identity.id,
        no=1,
        step=step_code,
        desk=submission.desk,
        sent_at=at,
        arrived_at=at,
    )
    new = Application(
        id=identity.id,
        number=identity.number,
        tracking_code=identity.tracking_code,
        service=workflow.service,
        workflow=workflow.content_hash,
        step=step_code,
        version=0,
        visit_count=1,
        entry_count=0,
        chain_head=GENESIS,
        submitted_at=at,
        changed_at=at,
        channel=submission.channel,
        imported_case=submission.imported_case,
        facts=submission.facts,
        papers=submission.papers,
    )
    imported = {"log": workflow.imported_from, "case": submission.imported_case}
    facts = {
        "service": workflow.service,
        "workflow": workflow.content_hash,
        "channel": submission.channel,
        "papers": list(submission.papers) or None,
        "imported": imported if submission.imported_case is not None else None,
        "role": role,
    }
    submitted = entry_of(new, at=at, kind="submitted", desk=submission.desk, actor=person.code, facts=facts)
    said = Decision(decision=submission.decision, next_desk=submission.next_desk)
    decided = _carry_out(
        book,
        chained(new, submitted),
        visit,
        said,
        person=person,
        role=role,
        at=at,
        digest_key=identity.digest_key,
    )
    return replace(
        decided,
        before=None,
        entries=(submitted, *decided.entries),
        particulars=submission.particulars,
        digest_key=identity.digest_key,
    )


def decide(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    said: Decision,
    *,
    person: Person,
    at: datetime,
    digest_key: bytes,
) -> Move:
    """What the person's decision changes.

    Raises ApplicationEnded, StaleVersion, NotAtThisDesk, NotAllowed, StillOnItsWay, HeldByAnother, UnknownDecision,
    DecisionNotPossible, ReasonMissing, TextTooLong, RequirementsNotNamed, UnknownRequirement, DeskNotNamed and
    DeskNotOffered.
    """
    require_open(book.workflow, application)
    if said.seen_version is not None and said.seen_version != application.version:
        raise StaleVersion(number=application.number, seen=said.seen_version, now=application.version)
    visit = _visit_named(application, open_visits, said.visit)
    step = book.workflow.steps[visit.step]
    place = Place(desks=(visit.desk,), roles=_roles(step, said.decision))
    role = require(person, Action.DECIDE, place, at).role
    require_in_hand(application, visit, person)
    return _carry_out(book, application, visit, said, person=person, role=role, at=at, digest_key=digest_key)


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

    Raises ApplicationEnded, NotAllowed, DecisionNotPossible (too late for a withdrawal), TextTooLong.
    """
    require_open(book.workflow, application)
    intake = book.workflow.steps[book.workflow.intake[0]]
    if desk not in intake.desks:
        raise DeskNotOffered(step=intake.label.id, desk=desk, desks=", ".join(intake.desks))
    role = require(person, Action.WITHDRAW, Place(desks=(desk,), roles=intake.roles), at).role
    end = book.lead_withdrawn(application.step)
    if end is None:
        raise _not_possible(book, application, "withdraw")
    text = reason_text(reason, Reason.OPTIONAL, "withdraw")
    facts = {"step": application.step, "decision": "withdraw", "to": end, "role": role}
    entries = [
        entry_of(application, at=at, kind="withdrawn", desk=desk, actor=person.code,
               facts={**facts, "reason": keyed_digest(digest_key, text) if text else None})
    ]  # fmt: skip
    current = chained(application, entries[0])
    recalled = tuple(replace(visit, closed_at=at) for visit in open_visits)
    for visit in recalled:
        gone = {"visit": visit.no, "step": visit.step}
        entries.append(
            entry_of(current, at=at, kind="recalled", desk=visit.desk, actor=person.code, facts=gone)
        )
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


def _carry_out(
    book: RuleBook,
    application: Application,
    visit: Visit,
    said: Decision,
    *,
    person: Person,
    role: str,
    at: datetime,
    digest_key: bytes,
) -> Move:
    """The decision itself, once it is clear that this person may say something at this visit."""
    step = book.workflow.steps[visit.step]
    rule = _rule(book, application, step, said.decision)
    target = book.lead(visit.step, said.decision, application.origin_step)
    if target is None:
        raise _not_possible(book, application, said.decision)
    text = reason_text(said.reason, rule.reason, rule.label.id)
    require_named(book.workflow, rule, said.requirements)
    closed = replace(
        visit,
        closed_at=at,
        decision=said.decision,
        decided_by=person.code,
        holder=visit.holder or person.code,
    )
    sent = _send(book.workflow, application, target, rule, said.next_desk, at)
    facts = {
        "visit": visit.no,
        "step": visit.step,
        "decision": said.decision,
        "to": target,
        "sent": {"visit": sent.no, "desk": sent.desk} if sent else None,
        "role": role,
        "requirements": list(said.requirements) or None,
        "reason": keyed_digest(digest_key, text) if text else None,
    }
    entry = entry_of(application, at=at, kind="decided", desk=visit.desk, actor=person.code, facts=facts)
    goes_to_applicant = sent is not None and book.workflow.steps[target].waits_for == "applicant"
    after = replace(
        chained(application, entry),
        step=target,
        outcome=None if sent else book.workflow.ends[target].outcome,
        origin_step=visit.step if goes_to_applicant else None,
        origin_desk=visit.desk if goes_to_applicant else None,
        version=application.version + 1,
        visit_count=sent.no if sent else application.visit_count,
        changed_at=at,
    )
    return Move(
        at=at,
        before=application,
        after=after,
        visits=(closed, sent) if sent else (closed,),
        entries=(entry,),
        note=Note(seq=entry.seq, text=text) if text else None,
    )


def _send(
    workflow: Workflow,
    application: Application,
    target: str,
    rule: DecisionRule,
    named: str | None,
    at: datetime,
) -> Visit | None:
    """The hand-off to the next desk; None where the target is an end."""
    if target in workflow.ends:
        return None
    step = workflow.steps[target]
    if rule.to == ORIGIN and application.origin_desk is not None:
        desk = application.origin_desk
    elif named:
        desk = named
    elif len(step.desks) == 1:
        desk = step.desks[0]
    else:
        raise DeskNotNamed(step=step.label.id, desks=", ".join(step.desks))
    if desk not in step.desks:
        raise DeskNotOffered(step=step.label.id, desk=desk, desks=", ".join(step.desks))
    return Visit(
        application_id=application.id, no=application.visit_count + 1, step=target, desk=desk, sent_at=at
    )


def _roles(step: Step, decision: str) -> tuple[str, ...]:
    """Who may say it."""
    rule = step.decisions.get(decision)
    return rule.roles if rule is not None and rule.roles else step.roles


def _rule(book: RuleBook, application: Application, step: Step, decision: str) -> DecisionRule:
    rule = step.decisions.get(decision)
    if rule is not None:
        return rule
    if any(decision in other.decisions for other in book.workflow.steps.values()):
        raise _not_possible(book, application, decision)
    possible = ", ".join(book.possible(application.step, application.origin_step))
    raise UnknownDecision(
        step=step.label.id, service=book.workflow.service, decision=decision, possible=possible or "-"
    )


def _visit_named(application: Application, open_visits: Sequence[Visit], no: int | None) -> Visit:
    for visit in open_visits:
        if visit.no == no or (no is None and len(open_visits) == 1):
            return visit
    desks = ", ".join(visit.desk for visit in open_visits)
    raise NotAtThisDesk(number=application.number, desk=f"visit {no}", desks=desks)


def _not_possible(book: RuleBook, application: Application, decision: str) -> DecisionNotPossible:
    possible = ", ".join(book.possible(application.step, application.origin_step))
    step = book.workflow.label_of(application.step).id
    return DecisionNotPossible(
        number=application.number, step=step, decision=decision, possible=possible or "-"
    )
