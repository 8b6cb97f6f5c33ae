"""What somebody is asked, and what is charged, as programs are given it: for services, decisions and applications."""

from __future__ import annotations

from pydantic import BaseModel, Field

from routing.domain.charging import Bill
from routing.domain.fields import Fact, FieldKind
from routing.domain.fields import Field as FormField
from routing.web.api.labels import Name, name_of, name_or_none


class FieldShape(BaseModel):
    """Something the form asks, or a decision collects."""

    code: str = Field(examples=["height"])
    name: Name
    kind: FieldKind
    required: bool = Field(description="Where it is asked.")
    only_if: str | None = Field(description="The CEL condition under which it is asked; null: always.")
    help: Name | None
    unit: str | None = Field(examples=["m"])
    least: float | None
    most: float | None
    longest: int | None = Field(description="Most characters of a text.")
    choices: dict[str, Name] = Field(description="What can be chosen, by what is sent.")
    edition: str | None = Field(description="Of a class of business (KBLI).")
    personal: bool = Field(description="Sealed, and never told to who may not see who applies.")


class FoundShape(BaseModel):
    """Something a decision found out."""

    code: str = Field(examples=["slope"])
    name: Name
    value: Fact = Field(description="As it is kept: a number, a whole number of rupiah, true or false, or a text.")


class ChargeShape(BaseModel):
    """What one application is charged."""

    name: Name
    amount: int | None = Field(description="Rupiah; null: it is not known yet.")
    basis: str = Field(description="The law that allows it.")


def field_shape(code: str, field: FormField) -> FieldShape:
    """A field on the wire."""
    return FieldShape(
        code=code,
        name=name_of(field.label),
        kind=field.kind,
        required=field.required,
        only_if=field.only_if,
        help=name_or_none(field.help),
        unit=field.unit,
        least=field.least,
        most=field.most,
        longest=field.longest if field.kind is FieldKind.TEXT else None,
        choices={chosen: name_of(label) for chosen, label in field.choices.items()},
        edition=field.edition,
        personal=field.is_personal,
    )


def found_shape(code: str, field: FormField, value: Fact) -> FoundShape:
    """A finding on the wire."""
    return FoundShape(code=code, name=name_of(field.label), value=value)


def charge_shapes(bill: Bill) -> list[ChargeShape]:
    """The charges of an application on the wire."""
    known = [ChargeShape(name=name_of(one.label), amount=one.amount, basis=one.basis) for one in bill.charges]
    return known + [ChargeShape(name=name_of(label), amount=None, basis="") for label in bill.open]
