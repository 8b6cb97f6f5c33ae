"""The counter registers: a new application, with the counter's decision on it, as one Move.

First the form is read (``read``), which takes no clock and no books; then it is registered (``submit``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from routing.domain.acting import acting_facts
from routing.domain.application import Application, Identity, Submission, particulars_text
from routing.domain.audit_chain import GENESIS, keyed_digest
from routing.domain.decision import Decision
from routing.domain.errors import DeskNotOffered, Kind, MalformedField, Refusal, TextTooLong
from routing.domain.facts import form_facts, handed_in, intake_facts
from routing.domain.forms import APPLICANT_KINDS, fill_in
from routing.domain.move import Move, chained, entry_of
from routing.domain.moves import Voice, carry_out
from routing.domain.next_step import roles_for
from routing.domain.people import Action, Person, Place, require
from routing.domain.phrases import Called, Phrase
from routing.domain.preconditions import require_not_own, require_papers, require_plain
from routing.domain.quotas import require_in_window
from routing.domain.sending import sent_to
from routing.domain.state_machine import RuleBook
from routing.domain.workflow import Workflow

#: Longest name, in characters.
LONGEST_NAME = 200


class ChannelNotOffered(Refusal):
    """{service} cannot be handed in by way of {channel}. Possible ways: {channels}."""

    code = "channel_not_offered"
    kind = Kind.MALFORMED


def read(workflow: Workflow, submission: Submission) -> Submission:
    """What was handed in, with its form read: facts apart from what is personal.

    Raises FormNotFilledIn, ChannelNotOffered, MalformedField.
    """
    kind, channel = submission.applicant_kind, submission.channel
    require_channel(workflow, channel)
    if kind not in APPLICANT_KINDS:
        known = Phrase("Say one of: {kinds}.", kinds=", ".join(APPLICANT_KINDS))
        raise MalformedField(field=Phrase("Applicant"), problem=Phrase("this kind is not known"), way_out=known)
    who = submission.particulars
    given = {**(who.answers if who is not None else {}), **submission.form}
    answers = fill_in(workflow, given, intake_facts({}, kind, channel, submission.papers))
    return replace(
        submission,
        form={},
        facts=handed_in(answers.facts, kind),
        particulars=replace(who, answers=answers.personal) if who is not None else None,
    )


def check_name(text: str) -> str:
    """The name, with single spaces. Raises MalformedField, TextTooLong, NotUtf8."""
    if not text.strip():
        problem, way_out = Phrase("it is empty"), Phrase("Write it as on the identity card.")
        raise MalformedField(field=Phrase("Name"), problem=problem, way_out=way_out)
    require_plain("Name", text)
    if len(text) > LONGEST_NAME:
        raise TextTooLong(field=Phrase("Name"), length=len(text), most=LONGEST_NAME)
    return " ".join(text.split())


def require_channel(workflow: Workflow, channel: str) -> None:
    """The service is taken in this way."""
    if channel not in workflow.channels:
        known = ", ".join(one.value for one in workflow.channels) or "-"
        raise ChannelNotOffered(service=Called(workflow.label), channel=channel[:60], channels=known)


def submit(book: RuleBook, submission: Submission, *, person: Person, identity: Identity, at: datetime) -> Move:
    """A new application, with the counter's decision on it. ``at``: in the office's time zone, whose day counts.

    Raises NotAllowed, OwnApplication, UnknownDecision, DeskNotOffered, DeskNotNamed, OutsideWindow,
    RequirementMissing, UnknownRequirement.
    """
    workflow = book.workflow
    step_code = submission.step if submission.step in workflow.intake else workflow.intake[0]
    step = workflow.steps[step_code]
    if submission.desk not in step.desks:
        raise DeskNotOffered(step=step.label.id, desk=submission.desk, desks=", ".join(step.desks))
    place = Place(desks=(submission.desk,), roles=roles_for(step, submission.decision, submission.role))
    held = require(person, Action.REGISTER, place, at)
    require_not_own(person, identity.applicant_index, Phrase("this application"))
    if submission.imported_case is None:
        require_in_window(workflow.label.id, workflow.windows, at.date())
        require_papers(workflow, submission.papers, facts_of(submission), at.date())
    new = _as_handed_in(book, submission, identity, step_code, at)
    # Nobody carries it to the counter it is handed in at.
    visit = replace(sent_to(book, new, step_code, submission.desk, at=at), arrived_at=at)
    new = replace(new, visit_count=visit.no)
    facts = {
        **_submission_facts(workflow, submission, identity.digest_key),
        "calendar": new.calendar,
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


def facts_of(submission: Submission) -> dict[str, Any]:
    """What conditions can ask of a submission whose form has been read."""
    form = form_facts(submission.facts)
    return intake_facts(form, submission.applicant_kind, submission.channel, submission.papers)


def _as_handed_in(book: RuleBook, submission: Submission, identity: Identity, step: str, at: datetime) -> Application:
    workflow = book.workflow
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
        calendar=book.calendar.content_hash,
    )


def _due_in_log(workflow: Workflow, submission: Submission) -> dict[str, object]:
    """When it was due, as its log counted; without it nobody could recompute that from the entries."""
    fact = workflow.clock.due_fact
    return {"due": submission.facts[fact]} if fact is not None and fact in submission.facts else {}


def _submission_facts(workflow: Workflow, submission: Submission, digest_key: bytes) -> dict[str, object]:
    imported = {"log": workflow.imported_from, "case": submission.imported_case}
    who = submission.particulars
    return {
        "applicant": keyed_digest(digest_key, particulars_text(who)) if who is not None else None,
        "service": workflow.service,
        "workflow": workflow.content_hash,
        "channel": submission.channel,
        "papers": list(submission.papers) or None,
        "form": form_facts(submission.facts) or None,
        "applicant_kind": submission.facts.get("applicant.kind"),
        "imported": imported | _due_in_log(workflow, submission) if submission.imported_case is not None else None,
    }
