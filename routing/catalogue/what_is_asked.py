"""Whether what a service asks makes sense: fields of its form, what decisions collect, requirements, fees, limits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from routing.catalogue.findings import Finding, Path, Say, instead_of, shown
from routing.domain.fields import Field, FieldKind
from routing.domain.requirements import RequirementKind
from routing.domain.workflow import Workflow

_SUMS = (FieldKind.NUMBER, FieldKind.MONEY)
#: Keys that mean something to these kinds of fields only.
_KINDS_OF = {
    "unit": (FieldKind.NUMBER,),
    "least": _SUMS,
    "most": _SUMS,
    "longest": (FieldKind.TEXT,),
    "choices": (FieldKind.CHOICE,),
    "edition": (FieldKind.KBLI,),
}
_LAST_DAYS = {"02": "29", "04": "30", "06": "30", "09": "30", "11": "30"}


def check_what_is_asked(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """Everything wrong with what the applicant is asked and charged, and when it is taken."""
    for code, field in workflow.form.items():
        yield from _field(("form", code), code, field, say)
    for step_code, step in workflow.steps.items():
        for decision, rule in step.decisions.items():
            for code, field in rule.collects.items():
                path: Path = ("steps", step_code, "decisions", decision, "collects", code)
                yield from _field(path, code, field, say)
                if field.is_personal:
                    problem = f"{shown(code)} is collected by a desk, but {field.kind} is personal."
                    yield say((*path, "kind"), "personal-finding", problem, "Collect what is not about a person.")
    yield from chain(_requirements(workflow, say), _fees(workflow, say), _limits(workflow, say))


def _field(path: Path, code: str, field: Field, say: Say) -> Iterator[Finding]:
    for key, kinds in _KINDS_OF.items():
        written = getattr(field, key)
        if written and written != Field.model_fields[key].default and field.kind not in kinds:
            problem = f"{shown(code)} is {shown(field.kind)} and has no {key}."
            yield say((*path, key), "key-of-another-kind", problem, f"Leave it out; {key} is for {', '.join(kinds)}.")
    if field.kind is FieldKind.CHOICE and not field.choices:
        problem = f"{shown(code)} is a choice without choices."
        yield say((*path, "kind"), "choice-without-choices", problem, 'Add "choices:" with a label for each.')
    if field.kind is FieldKind.KBLI and field.edition is None:
        problem = f"{shown(code)} asks for a class of business, whose codes differ from edition to edition."
        yield say((*path, "kind"), "kbli-without-edition", problem, 'Add edition: "2020" or "2025".')
    if field.least is not None and field.most is not None and field.least > field.most:
        problem = f"{shown(code)} is at least {field.least:g} and at most {field.most:g}."
        yield say((*path, "most"), "bounds-crossed", problem, "Exchange them.")


def _requirements(workflow: Workflow, say: Say) -> Iterator[Finding]:
    for code, need in workflow.requirements.items():
        at: Path = ("requirements", code)
        if need.since is not None and need.until is not None and need.since > need.until:
            problem = f"{shown(code)} is asked since {need.since} and until {need.until}, hence never."
            yield say((*at, "until"), "never-asked", problem, "Exchange the days, or leave one out.")
        if need.formats and need.kind is not RequirementKind.DOCUMENT:
            problem = f"{shown(code)} is a {need.kind}, which is no file."
            yield say((*at, "formats"), "formats-without-document", problem, "Leave formats out, or ask a document.")


def _fees(workflow: Workflow, say: Say) -> Iterator[Finding]:
    for place, fee in enumerate(workflow.fees):
        at: Path = ("fees", place)
        name = shown(fee.label.id)
        if not fee.basis.strip():
            problem = f"{name} is charged without a legal basis."
            yield say((*at, "basis") if "basis" in fee.model_fields_set else at, "fee-without-basis", problem,
                      'Add "basis:" with the law or regulation; without one nothing may be charged.')  # fmt: skip
        if fee.amount is None and fee.computed is None:
            problem = f"Nothing tells how much {name} is."
            yield say(at, "fee-without-amount", problem, 'Add "amount:" or "computed:".')
        if fee.amount is not None and fee.computed is not None:
            problem = f"{name} has an amount, and is computed."
            yield say((*at, "computed"), "fee-with-two-amounts", problem, "Leave one of them out.")


def _limits(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """Channels, windows and the quota."""
    if not workflow.channels:
        problem = "It can be handed in nowhere."
        yield say(("channels",), "no-channel", problem, "Name one channel at least.")
    if workflow.minutes is not None and workflow.working_days is not None:
        problem = "The promise is given in minutes and in working days."
        yield say(("minutes",), "two-limits", problem, "Leave one of them out.")
    for place, window in enumerate(workflow.windows):
        for key, day in (("opens", window.opens), ("closes", window.closes)):
            if day[3:] > _LAST_DAYS.get(day[:2], "31"):
                problem = f"There is no {day} in any year."
                yield say(("windows", place, key), "no-such-day", problem, "Write month and day: 02-28.")
    quota = workflow.quota
    if quota is None or quota.per is None:
        return
    counted = [code for code, field in workflow.form.items() if not field.is_personal]
    if quota.per not in workflow.form:
        problem = f"The quota counts by {shown(quota.per)}, which the form does not ask."
        yield say(("quota", "per"), "unknown-field", problem, instead_of(quota.per, counted))
    elif quota.per not in counted:
        problem = f"The quota counts by {shown(quota.per)}, which is personal and sealed."
        yield say(("quota", "per"), "personal-fact", problem, "Count by a field of another kind.")
