"""Units, desks, roles, and the two-language labels everything in the office carries."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

#: Codes go into queue names, addresses and files: lower case, digits, hyphens, dots; first a letter or digit.
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,99}$")]


class Frozen(BaseModel):
    """What an office writes down: immutable once read, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(Frozen):
    """A name on screen, Indonesian first."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    en: Annotated[str, StringConstraints(min_length=1, max_length=300)]

    def in_language(self, language: str) -> str:
        """The label in ``en`` if that is asked for, else in Indonesian."""
        return self.en if language == "en" else self.id


class Unit(Frozen):
    """An agency under the roof (OPD)."""

    code: Code
    label: Label


class Desk(Frozen):
    """Where somebody decides; one queue, one unit."""

    code: Code
    label: Label
    unit: Code
    #: faces the public: registers, hands over, takes back what an applicant repaired
    counter: bool = False

    @property
    def queue(self) -> str:
        """The name of the desk's queue at the broker."""
        return f"desk.{self.code}"


class Role(Frozen):
    """What a person may be at a desk."""

    code: Code
    label: Label
