"""What must hold before a move: each condition once, each with its refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from routing.domain.application import Application
from routing.domain.errors import (
    ApplicationEnded,
    HeldByAnother,
    Kind,
    MalformedField,
    NotUtf8,
    ReasonMissing,
    Refusal,
    RequirementMissing,
    RequirementsNotNamed,
    StaleVersion,
    StillOnItsWay,
    TextTooLong,
    UnknownRequirement,
)
from routing.domain.facts import guard_facts
from routing.domain.people import Person
from routing.domain.phrases import Phrase
from routing.domain.requirements import asked_at_registration, asked_for
from routing.domain.visits import Visit
from routing.domain.workflow import DecisionRule, Reason, Workflow

#: Longest reason that is kept, in characters.
LONGEST_REASON = 4_000


class OwnApplication(Refusal):
    """Nobody handles an application of their own: {person} is the applicant of {application}. Let a colleague do it."""

    code = "own_application"
    kind = Kind.FORBIDDEN


class RequirementDue(Refusal):
    """{number} cannot go on to "{step}" without: {missing}. Ask the applicant for it, hand it in, and decide again."""

    code = "requirement_due"


class ReasonNotChosen(Refusal):
    """The decision "{decision}" takes a reason from its list: {known}. Choose one of them at least."""

    code = "reason_not_chosen"
    kind = Kind.MALFORMED


def require_not_own(person: Person, applicant_index: bytes | None, application: str) -> None:
    """The person is not the applicant, as far as the NIKs of both are known."""
    if applicant_index is not None and person.nik_index == applicant_index:
        raise OwnApplication(person=person.code, application=application)


def require_open(workflow: Workflow, application: Application) -> None:
    """Nothing can be decided on an application that has ended."""
    if not application.is_open:
        raise ApplicationEnded(number=application.number, outcome=workflow.label_of(application.step).id)


def require_seen(application: Application, version: int | None) -> None:
    """Nothing has happened since the person looked; None: they do not say what they saw."""
    if version is not None and version != application.version:
        raise StaleVersion(number=application.number, seen=version, now=application.version)


def require_in_hand(application: Application, visit: Visit, person: Person, at: datetime) -> None:
    """The document has arrived at the desk and nobody else holds it; a lease that has lapsed holds nothing."""
    if not visit.has_arrived:
        raise StillOnItsWay(number=application.number, desk=visit.desk)
    if visit.is_held_against(person.code, at):
        raise HeldByAnother(number=application.number, holder=visit.holder, since=visit.claimed_at)


def require_papers(workflow: Workflow, papers: Sequence[str], facts: Mapping[str, Any], day: date) -> None:
    """Everything the service asks for at the registration, in this case and on that day, has been handed in.

    What is handed in beyond that is no reason to refuse. Raises UnknownRequirement, RequirementMissing.
    """
    require_known(workflow, papers)
    owed = asked_at_registration(workflow.requirements, facts, day)
    missing = [need.label.id for code, need in owed.items() if need.required and code not in papers]
    if missing:
        raise RequirementMissing(service=workflow.label.id, missing="; ".join(missing))


def require_due(workflow: Workflow, application: Application, step: str, at: datetime) -> None:
    """What must be there before the document enters the step has been handed in. Raises RequirementDue.

    ``at``: now, in the office's zone, which says on which day the application was handed in.
    """
    due = {code: need for code, need in workflow.requirements.items() if need.due == step}
    if not due:
        return
    owed = asked_for(due, guard_facts(workflow, application), application.submitted_at.astimezone(at.tzinfo).date())
    missing = [need.label.id for code, need in owed.items() if need.required and code not in application.papers]
    if missing:
        label = workflow.label_of(step).id
        raise RequirementDue(number=application.number, step=label, missing="; ".join(missing))


def require_reasons(rule: DecisionRule, chosen: Sequence[str]) -> None:
    """The reasons are of the decision's list, and one at least where it must be reasoned. Raises ReasonNotChosen."""
    if any(code not in rule.reasons for code in chosen) or (
        rule.reasons and rule.reason is Reason.REQUIRED and not chosen
    ):
        raise ReasonNotChosen(decision=rule.label.id, known=", ".join(rule.reasons) or "-")


def require_named(workflow: Workflow, rule: DecisionRule, named: Sequence[str]) -> None:
    """A return that lists defects lists at least one, and only requirements the service has."""
    require_known(workflow, named)
    if rule.names_requirements and workflow.requirements and not named:
        raise RequirementsNotNamed(decision=rule.label.id, known=", ".join(workflow.requirements))


def require_known(workflow: Workflow, codes: Sequence[str]) -> None:
    """Every code is a requirement of the service."""
    for code in codes:
        if code not in workflow.requirements:
            known = ", ".join(workflow.requirements) or "-"
            raise UnknownRequirement(service=workflow.service, requirement=code, known=known)


def reason_text(reason: str, wanted: Reason, decision: str) -> str:
    """The reason as it is kept: trimmed, given where it must be, not too long."""
    text = require_plain(Phrase("reason"), reason.strip())
    if len(text) > LONGEST_REASON:
        raise TextTooLong(field=Phrase("reason"), length=len(text), most=LONGEST_REASON)
    if wanted is Reason.REQUIRED and not text:
        raise ReasonMissing(decision=decision)
    return text


def require_plain(field: str, text: str) -> str:
    """The text, if every database can keep it. Raises MalformedField, NotUtf8."""
    if "\x00" in text:
        problem, way_out = Phrase("it holds a NUL character"), Phrase("Type it anew instead of pasting it.")
        raise MalformedField(field=field, problem=problem, way_out=way_out)
    if any("\ud800" <= sign <= "\udfff" for sign in text):  # Half a sign, as JSON can write it.
        raise NotUtf8(field=field)
    return text
