"""What a form asks, and what a decision collects: typed fields. How a value is read is ``forms``'.

Names, numbers of people and free text are personal, and so is whatever a service marks ``sealed`` (a date of birth, an
illness): they are sealed with the application's key and no condition may look at them. Everything else is a fact:
conditions, fees and reports use it, and the log keeps it for good.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field as PydanticField
from pydantic import StringConstraints

from routing.domain.desks import Code, Frozen, Label
from routing.domain.guards import Source

#: What a fact about an application can be; nothing personal belongs there.
Fact = str | int | float | bool | None

#: Fields are named in conditions (``form.floor_area``), so their codes are identifiers there.
FieldCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class FieldKind(StrEnum):
    """What can be written into a field."""

    #: free text
    TEXT = "text"
    #: a number, with its unit
    NUMBER = "number"
    #: whole rupiah
    MONEY = "money"
    #: a day
    DATE = "date"
    #: one of ``choices``
    CHOICE = "choice"
    #: yes or no
    YES_NO = "yes-no"
    #: the number of a letter, a report or an assessment
    REFERENCE = "reference"
    #: number on an identity card, 16 digits
    NIK = "nik"
    #: taxpayer number, 15 or 16 digits
    NPWP = "npwp"
    #: business identification number, 13 digits
    NIB = "nib"
    #: class of business, five digits, in an edition
    KBLI = "kbli"
    #: province, regency, district, village: 35.79.01.1004
    REGION = "region"
    PHONE = "phone"
    #: number plate of a vehicle
    PLATE = "plate"
    #: latitude and longitude in degrees
    COORDINATES = "coordinates"


#: Kinds that name or describe somebody.
PERSONAL = frozenset(
    {
        FieldKind.TEXT,
        FieldKind.NIK,
        FieldKind.NPWP,
        FieldKind.NIB,
        FieldKind.PHONE,
        FieldKind.PLATE,
        FieldKind.COORDINATES,
    }
)


class Field(Frozen):
    """One thing that is asked."""

    label: Label
    kind: FieldKind
    required: bool = True
    #: asked only where this holds
    only_if: Source | None = None
    #: a sentence beside the field
    help: Label | None = None
    #: of a number: m2, m, unit ...
    unit: Annotated[str, StringConstraints(min_length=1, max_length=20)] | None = None
    #: bounds of a number or of an amount of rupiah, themselves allowed
    least: float | None = None
    most: float | None = None
    #: most characters of a text
    longest: Annotated[int, PydanticField(ge=1, le=2_000)] = 500
    choices: dict[Code, Label] = PydanticField(default_factory=dict)
    #: of a class of business: codes changed their meaning between the editions
    edition: Literal["2020", "2025"] | None = None
    #: personal although of a kind that need not be (a date of birth, a family, an illness): sealed, out of the log and
    #: closed to conditions
    sealed: bool = False

    @property
    def is_personal(self) -> bool:
        """Whether its value is sealed, and closed to conditions."""
        return self.kind in PERSONAL or self.sealed
