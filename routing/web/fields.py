"""Fields as they stand on a page: of a service's form, and of what a decision collects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from routing.domain.fields import Field
from routing.domain.form_problems import FieldProblem
from routing.domain.workflow import Workflow
from routing.web.conditions import condition_in_words
from routing.web.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """A field on the page; ``shared/fields.html`` draws it."""

    code: str
    #: what its input is called
    name: str
    field: Field
    #: as it was typed
    typed: str
    problem: FieldProblem | None
    #: what it takes to be asked, in words; empty: it is always asked
    condition: str


def field_rows(
    fields: Mapping[str, Field],
    *,
    prefix: str,
    typed: Mapping[str, str],
    problems: Sequence[FieldProblem],
    workflow: Workflow,
    wording: Wording,
) -> Iterator[FieldRow]:
    """The fields in their order. ``prefix``: begins the names of their inputs; ``typed``: by code."""
    wrong = {one.field: one for one in problems}
    for code, field in fields.items():
        yield FieldRow(
            code=code,
            name=prefix + code,
            field=field,
            typed=typed.get(code, ""),
            problem=wrong.get(code),
            condition=condition_in_words(field.only_if, workflow, wording) if field.only_if is not None else "",
        )
