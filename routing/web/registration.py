"""The counter's form of a service, made from what the service asks: fields, papers, charges, and what is wrong so far.

Nothing is decided here; the same domain functions that the registration goes through say what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from routing.domain.application import Particulars, Submission
from routing.domain.charging import Bill, bill
from routing.domain.errors import Refusal
from routing.domain.facts import intake_facts
from routing.domain.form_problems import FieldProblem, FormNotFilledIn
from routing.domain.forms import APPLICANT_KINDS, read_form
from routing.domain.identifiers import check_nik, check_phone
from routing.domain.intake import check_name, require_channel
from routing.domain.preconditions import require_papers
from routing.domain.quotas import require_in_window
from routing.domain.requirements import Requirement, asked_for
from routing.domain.workflow import Workflow
from routing.web.conditions import APPLICANTS, CHANNELS, condition_in_words
from routing.web.fields import FieldRow, field_rows
from routing.web.posted_form import PostedForm
from routing.web.wording import Wording

_FIELD = "form."


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTick:
    """A requirement in the checklist."""

    code: str
    need: Requirement
    is_ticked: bool
    is_missing: bool
    #: in which case it is asked for, in words
    condition: str
    #: the step it must be there for; empty: the registration
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationForm:
    """The form before the clerk's eyes."""

    fields: tuple[FieldRow, ...]
    #: fields that are only asked in some cases, by case
    in_some_cases: tuple[tuple[str, tuple[FieldRow, ...]], ...]
    papers: tuple[PaperTick, ...]
    channels: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    channel: str
    kind: str
    #: what it costs, as far as the form tells; None: nothing has been filled in yet
    bill: Bill | None


def registration_form(workflow: Workflow, form: PostedForm, wording: Wording, today: date) -> RegistrationForm:
    """The form as it was filled in; an empty one before that."""
    said = _Said(workflow, form)
    rows = list(
        field_rows(
            workflow.form,
            prefix=_FIELD,
            typed=form.beginning(_FIELD),
            problems=said.problems if said.was_sent else (),
            workflow=workflow,
            wording=wording,
        )
    )
    cases = groupby((row for row in rows if row.condition), key=lambda row: row.condition)
    return RegistrationForm(
        fields=tuple(row for row in rows if not row.condition),
        in_some_cases=tuple((condition, tuple(grouped)) for condition, grouped in cases),
        papers=tuple(_papers(workflow, form, wording, said, today)),
        channels=tuple((one.value, CHANNELS[one.value]) for one in workflow.channels),
        kinds=tuple((kind, APPLICANTS[kind]) for kind in APPLICANT_KINDS),
        channel=said.channel,
        kind=said.kind,
        bill=bill(workflow.fees, said.facts) if said.was_sent else None,
    )


def problems_of(workflow: Workflow, form: PostedForm, at: datetime) -> Iterator[Refusal]:
    """Everything that can be told at once, so that nobody has to send a form four times."""
    said = _Said(workflow, form)
    if said.problems:
        yield FormNotFilledIn(workflow.label, said.problems)
    checks: tuple[Callable[[], Any], ...] = (
        lambda: check_name(form.text("name")),
        lambda: check_nik(form.text("nik")),
        lambda: check_phone(form.text("phone")),
        lambda: require_channel(workflow, said.channel),
        lambda: require_in_window(workflow.label.id, workflow.windows, at.date()),
        lambda: require_papers(workflow, form.all("paper"), said.facts, at.date()),
    )
    for check in checks:
        try:
            check()
        except Refusal as refusal:
            yield refusal


def submission_of(workflow: Workflow, form: PostedForm) -> Submission:
    """What the form hands in."""
    said = _Said(workflow, form)
    intake = workflow.steps[workflow.intake[0]]
    return Submission(
        desk=form.text("desk"),
        decision=form.choice("decision") or next(iter(intake.decisions)),
        next_desk=form.choice("next_desk"),
        papers=form.all("paper"),
        particulars=Particulars(name=form.text("name"), nik=form.text("nik"), phone=form.text("phone")),
        applicant_kind=said.kind,
        form=form.beginning(_FIELD),
        channel=said.channel,
    )


class _Said:
    """What the posted form says, as far as it can be read."""

    def __init__(self, workflow: Workflow, form: PostedForm) -> None:
        self.was_sent = form.was_sent
        self.kind = form.choice("kind") or APPLICANT_KINDS[0]
        self.channel = form.choice("channel") or next((one.value for one in workflow.channels), "counter")
        about = intake_facts({}, self.kind, self.channel, form.all("paper"))
        answers = read_form(workflow.form, form.beginning(_FIELD), about)
        self.problems: Sequence[FieldProblem] = answers.problems
        self.facts = {**about, "form": dict(answers.facts)}


def _papers(workflow: Workflow, form: PostedForm, wording: Wording, said: _Said, today: date) -> Iterator[PaperTick]:
    owed = asked_for(workflow.requirements, said.facts, today)
    ticked = form.all("paper")
    for code, need in workflow.requirements.items():
        if need.is_in_force(today):
            yield PaperTick(
                code=code,
                need=need,
                is_ticked=code in ticked,
                is_missing=said.was_sent and need.required and need.due is None and code in owed and code not in ticked,
                condition=condition_in_words(need.only_if, workflow, wording) if need.only_if is not None else "",
                due=wording.label(workflow.steps[need.due].label) if need.due in workflow.steps else "",
            )
