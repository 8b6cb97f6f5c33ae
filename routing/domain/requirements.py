"""What a service asks to be handed in: documents, facts, statements; since when, in which case, and by when.

Which of them an application owes at a moment is told here; that nothing goes on without them is ``preconditions``'.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import StringConstraints

from routing.domain.desks import Code, Frozen, Label
from routing.domain.guards import Source, compiled

_StepCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,99}$")]


class RequirementKind(StrEnum):
    """What is handed in."""

    #: a paper or a file
    DOCUMENT = "document"
    #: something the counter sees for itself, e.g. that the applicant is the owner
    FACT = "fact"
    #: what the applicant declares and signs
    STATEMENT = "statement"


class Format(StrEnum):
    """What a file may be; the counter may always take paper."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    DOCX = "docx"


class Requirement(Frozen):
    """A document, fact or statement the service asks for."""

    label: Label
    #: registration is refused without it
    required: bool = True
    #: when an optional one is asked for, in words
    when: Label | None = None
    kind: RequirementKind = RequirementKind.DOCUMENT
    #: the files it may be; empty: any the office takes
    formats: tuple[Format, ...] = ()
    #: asked for only where this holds
    only_if: Source | None = None
    #: the step it must be there for; None: the registration
    due: _StepCode | None = None
    #: applications handed in from this day on
    since: date | None = None
    #: applications handed in up to this day
    until: date | None = None

    def is_in_force(self, submitted: date) -> bool:
        """Whether it is one of the requirements of that day, in whatever case."""
        return (self.since is None or submitted >= self.since) and (self.until is None or submitted <= self.until)

    def is_asked(self, facts: Mapping[str, Any], submitted: date) -> bool:
        """Whether an application with these facts, handed in on that day, owes it.

        A condition that cannot be told does not hold, so what is then not asked for is seen to by the desks.
        """
        if not self.is_in_force(submitted):
            return False
        return self.only_if is None or compiled(self.only_if).judge(facts).holds


def asked_for(
    requirements: Mapping[Code, Requirement], facts: Mapping[str, Any], submitted: date
) -> dict[str, Requirement]:
    """What an application with these facts owes or may bring, in the order the service lists it."""
    return {code: need for code, need in requirements.items() if need.is_asked(facts, submitted)}


def asked_at_registration(
    requirements: Mapping[Code, Requirement], facts: Mapping[str, Any], submitted: date
) -> dict[str, Requirement]:
    """As ``asked_for``, without what is due at a later step only."""
    now = {code: need for code, need in requirements.items() if need.due is None}
    return asked_for(now, facts, submitted)
