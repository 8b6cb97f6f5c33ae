"""Decision in, Move out: everything a decision changes, as one value. The heart of the engine.

A pure function computes the Move or raises a ``Refusal``; one pen (``storage.transaction``) writes it. A move carries
its time: these functions are handed ``at`` and never ask a clock. Nothing here reads the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from routing.domain.acting import Acting, acting_facts
from routing.domain.application import Application
from routing.domain.audit_chain import keyed_digest
from routing.domain.errors import NotAtThisDesk, StaleVersion
from routing.domain.move import Move, Note, chained, entry_of
from routing.domain.next_step import next_desk, not_possible, roles_for, rule_for
from routing.domain.people import Action, Person, Place, require
from routing.domain.preconditions import reason_text, require_in_hand, require_named, require_not_own, require_open
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import DecisionRule


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
    #: the role it is said in, by somebody who holds several; None: the first that may
    role: str | None = None
    #: the version the person was looking at; None: not checked
    seen_version: int | None = None


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
) -> Move:
    """What the person's decision changes.

    Raises ApplicationEnded, StaleVersion, NotAtThisDesk, NotAllowed, OwnApplication, StillOnItsWay, HeldByAnother,
    UnknownDecision, DecisionNotPossible, ReasonMissing, TextTooLong, RequirementsNotNamed, UnknownRequirement,
    DeskNotNamed and DeskNotOffered.
    """
    require_open(book.workflow, application)
    if said.seen_version is not None and said.seen_version != application.version:
        raise StaleVersion(number=application.number, seen=said.seen_version, now=application.version)
    visit = _visit_named(application, open_visits, said.visit)
    step = book.workflow.steps[visit.step]
    place = Place(desks=(visit.desk,), roles=roles_for(step, said.decision, said.role))
    held = require(person, Action.DECIDE, place, at)
    require_not_own(person, application.applicant_index, application.number)
    require_in_hand(application, visit, person)
    voice = Voice(person=person, role=held.role, at=at, digest_key=digest_key, acting=held.acting)
    return carry_out(book, application, visit, said, voice)


def carry_out(book: RuleBook, application: Application, visit: Visit, said: Decision, voice: Voice) -> Move:
    """The decision itself, once it is clear that this person may say something at this visit."""
    step = book.workflow.steps[visit.step]
    rule = rule_for(book, application, step, said.decision)
    target = book.lead(visit.step, said.decision, application.origin_step)
    if target is None:
        raise not_possible(book, application, said.decision)
    text = reason_text(said.reason, rule.reason, rule.label.id)
    require_named(book.workflow, rule, said.requirements)
    closed = replace(
        visit,
        closed_at=voice.at,
        decision=said.decision,
        decided_by=voice.person.code,
        holder=visit.holder or voice.person.code,
    )
    sent = _hand_off(book, application, target, rule, said, voice)
    facts = {
        "visit": visit.no,
        "step": visit.step,
        "decision": said.decision,
        "to": target,
        "sent": {"visit": sent.no, "desk": sent.desk} if sent else None,
        "role": voice.role,
        **acting_facts(voice.acting),
        "requirements": list(said.requirements) or None,
        "reason": keyed_digest(voice.digest_key, text) if text else None,
    }
    entry = entry_of(application, at=voice.at, kind="decided", desk=visit.desk, actor=voice.person.code, facts=facts)
    goes_to_applicant = sent is not None and book.workflow.steps[target].waits_for == "applicant"
    after = replace(
        chained(application, entry),
        step=target,
        outcome=None if sent else book.workflow.ends[target].outcome,
        origin_step=visit.step if goes_to_applicant else None,
        origin_desk=visit.desk if goes_to_applicant else None,
        version=application.version + 1,
        visit_count=sent.no if sent else application.visit_count,
        changed_at=voice.at,
    )
    return Move(
        at=voice.at,
        before=application,
        after=after,
        visits=(closed, sent) if sent else (closed,),
        entries=(entry,),
        note=Note(seq=entry.seq, text=text) if text else None,
    )


def _hand_off(
    book: RuleBook, application: Application, target: str, rule: DecisionRule, said: Decision, voice: Voice
) -> Visit | None:
    """The next visit, on its way; None where the target is an end."""
    if target in book.workflow.ends:
        return None
    desk = next_desk(book, application, target, rule, said.next_desk)
    return Visit(
        application_id=application.id, no=application.visit_count + 1, step=target, desk=desk, sent_at=voice.at
    )


def _visit_named(application: Application, open_visits: Sequence[Visit], no: int | None) -> Visit:
    for visit in open_visits:
        if visit.no == no or (no is None and len(open_visits) == 1):
            return visit
    desks = ", ".join(visit.desk for visit in open_visits)
    raise NotAtThisDesk(number=application.number, desks=desks or "-")
