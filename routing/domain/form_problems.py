"""What is wrong with a filled-in form, field by field, and the one refusal that tells all of it at once.

A problem never repeats what was typed: it may be somebody's number, and refusals come to lie in logs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from routing.domain.desks import Label
from routing.domain.errors import Kind, Refusal
from routing.domain.phrases import Called, Listed, Phrase


class NotAsAsked(Exception):
    """A value is not what its field asks for; caught where the form is read and told with all the others."""

    def __init__(self, problem: Phrase, way_out: Phrase) -> None:
        super().__init__(problem)
        self.problem, self.way_out = problem, way_out


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """What is wrong with one field."""

    #: code of the field, as it was sent
    field: str
    #: None: the form has no such field
    label: Label | None
    problem: Phrase
    way_out: Phrase

    @property
    def sentence(self) -> Phrase:
        """The problem and the way out, as they stand beside the field."""
        return Phrase("{problem}. {way_out}", problem=self.problem, way_out=self.way_out)


class FormNotFilledIn(Refusal):
    """{service} cannot be taken in yet; not filled in as the form asks: {fields}. Mend these; nothing was saved."""

    code = "form_not_filled_in"
    kind = Kind.MALFORMED
    #: what the fields are called together, where they were sent
    member: ClassVar[str] = "form"

    def __init__(self, service: Label, problems: Sequence[FieldProblem]) -> None:
        self.problems = tuple(problems)
        names = Listed(Called(one.label) if one.label is not None else one.field for one in problems)
        super().__init__(service=Called(service), fields=names)
