"""The form of an application is read: what is a fact, what is personal, and everything that is wrong with it at once.

Which fields are asked depends on what else was said (``only_if``). A value for a field that is not asked is refused
and not dropped in silence: whoever gave it believes that it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from routing.domain.field_values import as_text, read_value
from routing.domain.fields import Fact, Field
from routing.domain.form_problems import FieldProblem, FormNotFilledIn, NotAsAsked
from routing.domain.guards import compiled
from routing.domain.phrases import Phrase
from routing.domain.workflow import Workflow

#: Who can apply.
APPLICANT_KINDS = ("person", "business")
#: Longest name of an unknown field that is repeated.
_LONGEST_CODE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """A form as far as it could be read."""

    #: what conditions, fees and reports use, by field
    facts: Mapping[str, Fact]
    #: what is sealed, by field
    personal: Mapping[str, str]
    problems: tuple[FieldProblem, ...] = ()


def fill_in(workflow: Workflow, given: Mapping[str, object], about: Mapping[str, Any]) -> Answers:
    """The form of a new application, without a flaw. ``about``: as ``intake_facts``, whose ``form`` is not looked at.

    Raises FormNotFilledIn.
    """
    answers = read_form(workflow.form, given, about)
    if answers.problems:
        raise FormNotFilledIn(workflow.label, answers.problems)
    return answers


def read_form(
    form: Mapping[str, Field], given: Mapping[str, object], about: Mapping[str, Any], *, root: str = "form"
) -> Answers:
    """The form as far as it can be read, and every problem, in the order of the form; unknown fields last.

    ``root``: what conditions call this form; ``findings`` where a decision collects them.
    """
    values: dict[str, Fact] = {}
    problems: dict[str, FieldProblem] = {}
    for code, field in form.items():
        try:
            value = read_value(field, given.get(code))
        except NotAsAsked as no:
            problems[code] = _problem(code, field, no)
        else:
            if value is not None:
                values[code] = value
    facts = {code: value for code, value in values.items() if not form[code].is_personal}
    for code, field in form.items():
        if code not in problems and (
            said := _out_of_place(field, {**about, root: facts}, set(problems), root, is_given=code in values)
        ):
            problems[code] = FieldProblem(field=code, label=field.label, problem=said[0], way_out=said[1])
    found = [problems[code] for code in form if code in problems]
    return Answers(
        facts=facts,
        personal={code: as_text(value) for code, value in values.items() if form[code].is_personal},
        problems=(*found, *_unknown(form, given)),
    )


def _out_of_place(
    field: Field, about: Mapping[str, Any], unread: set[str], root: str, *, is_given: bool
) -> tuple[Phrase, Phrase] | None:
    """What is wrong with a field being there, or with its not being there."""
    if field.only_if is not None:
        condition = compiled(field.only_if)
        if any(named == root and name in unread for named, name in condition.members):
            # Whether it is asked can be told once the other field is mended.
            return None
        if not condition.judge(about).holds:
            return (Phrase("it is not asked in this case"), Phrase("Leave it empty.")) if is_given else None
    if field.required and not is_given:
        return Phrase("it is empty"), Phrase("Fill it in.")
    return None


def _problem(code: str, field: Field, no: NotAsAsked) -> FieldProblem:
    return FieldProblem(field=code, label=field.label, problem=no.problem, way_out=no.way_out)


def _unknown(form: Mapping[str, Field], given: Mapping[str, object]) -> Iterator[FieldProblem]:
    asked = ", ".join(form)
    for code in given:
        if code not in form:
            way_out = Phrase("Its fields: {fields}.", fields=asked) if asked else Phrase("It has no fields.")
            yield FieldProblem(
                field=code[:_LONGEST_CODE], label=None, problem=Phrase("the form has no such field"), way_out=way_out
            )
