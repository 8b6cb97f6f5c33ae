"""The counter registers: a new application, with the counter's decision on it, as one Move."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from routing.domain.acting import acting_facts
from routing.domain.application import Application, Identity, Submission, particulars_text
from routing.domain.audit_chain import GENESIS, keyed_digest
from routing.domain.decision import Decision
from routing.domain.errors import DeskNotOffered
from routing.domain.move import Move, chained, entry_of
from routing.domain.moves import Voice, carry_out
from routing.domain.next_step import roles_for
from routing.domain.people import Action, Person, Place, require
from routing.domain.phrases import Phrase
from routing.domain.preconditions import require_not_own, require_papers
from routing.domain.sending import sent_to
from routing.domain.state_machine import RuleBook
from routing.domain.workflow import Workflow


def submit(book: RuleBook, submission: Submission, *, person: Person, identity: Identity, at: datetime) -> Move:
    """A new application, with the counter's decision on it.

    Raises NotAllowed, OwnApplication, UnknownDecision, DeskNotOffered, DeskNotNamed, RequirementMissing,
    UnknownRequirement.
    """
    workflow = book.workflow
    step_code = submission.step if submission.step in workflow.intake else workflow.intake[0]
    step = workflow.steps[step_code]
    if submission.desk not in step.desks:
        raise DeskNotOffered(step=step.label.id, desk=submission.desk, desks=", ".join(step.desks))
    place = Place(desks=(submission.desk,), roles=roles_for(step, submission.decision, submission.role))
    held = require(person, Action.REGISTER, place, at)
    require_not_own(person, identity.applicant_index, Phrase("this application"))
    require_papers(workflow, submission.papers)
    new = _as_handed_in(workflow, submission, identity, step_code, at)
    # Nobody carries it to the counter it is handed in at.
    visit = replace(sent_to(workflow, new, step_code, submission.desk, at=at), arrived_at=at)
    new = replace(new, visit_count=visit.no)
    facts = {
        **_submission_facts(workflow, submission, identity.digest_key),
        "role": held.role,
        **acting_facts(held.acting),
    }
    submitted = entry_of(new, at=at, kind="submitted", desk=submission.desk, actor=person.code, facts=facts)
    said = Decision(decision=submission.decision, next_desk=submission.next_desk)
    voice = Voice(person=person, role=held.role, at=at, digest_key=identity.digest_key, acting=held.acting)
    decided = carry_out(book, chained(new, submitted), (visit,), visit, said, voice)
    return replace(
        decided,
        before=None,
        entries=(submitted, *decided.entries),
        particulars=submission.particulars,
        digest_key=identity.digest_key,
    )


def _as_handed_in(
    workflow: Workflow, submission: Submission, identity: Identity, step: str, at: datetime
) -> Application:
    return Application(
        id=identity.id,
        number=identity.number,
        tracking_code=identity.tracking_code,
        service=workflow.service,
        workflow=workflow.content_hash,
        step=step,
        version=0,
        visit_count=0,
        entry_count=0,
        chain_head=GENESIS,
        submitted_at=at,
        changed_at=at,
        channel=submission.channel,
        imported_case=submission.imported_case,
        facts=submission.facts,
        papers=submission.papers,
        applicant_index=identity.applicant_index,
    )


def _submission_facts(workflow: Workflow, submission: Submission, digest_key: bytes) -> dict[str, object]:
    imported = {"log": workflow.imported_from, "case": submission.imported_case}
    who = submission.particulars
    return {
        "applicant": keyed_digest(digest_key, particulars_text(who)) if who is not None else None,
        "service": workflow.service,
        "workflow": workflow.content_hash,
        "channel": submission.channel,
        "papers": list(submission.papers) or None,
        "imported": imported if submission.imported_case is not None else None,
    }
