"""What is known of an application, as its page tells it: the form, findings, requirements, charges; by their labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from routing.domain.charging import Bill, bill
from routing.domain.facts import form_facts, found_by_desks, guard_facts
from routing.domain.field_values import from_text
from routing.domain.fields import Fact, Field
from routing.domain.requirements import asked_for
from routing.domain.workflow import Workflow
from routing.web.application_view import ApplicationView
from routing.web.conditions import APPLICANTS, CHANNELS
from routing.web.values import value_in_words
from routing.web.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A field and what it says."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A requirement in this case."""

    code: str
    label: str
    is_in: bool
    is_optional: bool
    #: the step it must be there for; empty: the registration
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What is known, for these eyes."""

    form: tuple[Told, ...]
    findings: tuple[Told, ...]
    needs: tuple[Need, ...]
    bill: Bill
    #: untranslated; empty: it came from a log
    channel: str
    applicant: str


def file_facts(view: ApplicationView, wording: Wording, zone: ZoneInfo) -> FileFacts:
    """The facts of the application; what is personal only where this person sees who applies, masked as ever."""
    application, workflow = view.file.application, view.file.workflow
    facts = guard_facts(workflow, application)
    return FileFacts(
        form=tuple(_told(workflow.form, {**form_facts(application.facts), **_personal(view)}, wording)),
        findings=tuple(_told(_collected(workflow), found_by_desks(application.facts), wording)),
        needs=tuple(_needs(view, wording, zone)),
        bill=bill(workflow.fees, facts),
        channel=CHANNELS.get(application.channel, ""),
        applicant=APPLICANTS.get(str(application.facts.get("applicant.kind", "")), ""),
    )


def _personal(view: ApplicationView) -> dict[str, Fact]:
    """What was sealed, each in its own type again."""
    form = view.file.workflow.form
    answers = view.who.answers if view.who is not None else {}
    return {code: from_text(form[code], said) if code in form else said for code, said in answers.items()}


def _told(fields: Mapping[str, Field], values: Mapping[str, Fact], wording: Wording) -> Iterator[Told]:
    """In the order of the form; then what this version of the service does not ask any more, as it is."""
    for code, field in fields.items():
        if values.get(code) is not None:
            yield Told(label=wording.label(field.label), text=value_in_words(field, values[code], wording))
    for code in values.keys() - fields.keys():
        yield Told(label=code, text=str(values[code]))


def _collected(workflow: Workflow) -> dict[str, Field]:
    rules = (rule for step in workflow.steps.values() for rule in step.decisions.values())
    return {code: field for rule in rules for code, field in rule.collects.items()}


def _needs(view: ApplicationView, wording: Wording, zone: ZoneInfo) -> Iterator[Need]:
    application, workflow = view.file.application, view.file.workflow
    submitted = application.submitted_at.astimezone(zone).date()
    owed = asked_for(workflow.requirements, guard_facts(workflow, application), submitted)
    for code, need in workflow.requirements.items():
        is_in = code in application.papers
        if is_in or code in owed:
            yield Need(
                code=code,
                label=wording.label(need.label),
                is_in=is_in,
                is_optional=not need.required,
                due=wording.label(workflow.steps[need.due].label) if need.due in workflow.steps else "",
            )
