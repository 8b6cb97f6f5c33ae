"""A service as programs are given it: what it asks and costs, how and when it is taken, its public standard."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from routing.domain.fees import Fee
from routing.domain.requirements import Format, Requirement, RequirementKind
from routing.domain.service_standard import COMPONENT_NAMES, PUBLIC_COMPONENTS, Standard
from routing.domain.workflow import Channel
from routing.web.api.field_shapes import FieldShape
from routing.web.api.labels import Name, name_of, name_or_none
from routing.web.api.shapes import DecisionShape


class RequirementShape(BaseModel):
    """A document, fact or statement the service asks for."""

    code: str
    name: Name
    kind: RequirementKind
    required: bool
    when: Name | None = Field(description="When one that is not required is asked for, in words.")
    only_if: str | None = Field(description="The CEL condition under which it is asked for; null: always.")
    due: str | None = Field(description="The step before which it must be there; null: the registration.")
    since: date | None = Field(description="Asked of what is handed in from this day on.")
    until: date | None = Field(description="Asked of what is handed in up to this day.")
    formats: list[Format] = Field(description="The files it may be; empty: any the office takes.")


class FeeShape(BaseModel):
    """A charge, by its rule."""

    name: Name
    amount: int | None = Field(description="Rupiah; null: it is computed.")
    computed: str | None = Field(description="The CEL expression that comes to rupiah.")
    only_if: str | None
    basis: str = Field(description="The law that allows it.")


class WindowShape(BaseModel):
    """Days of every year, the first and the last among them."""

    opens: str = Field(examples=["03-01"], description="Month and day.")
    closes: str = Field(examples=["04-30"])


class QuotaShape(BaseModel):
    """How many are taken."""

    most: int
    per: str | None = Field(description="The field of the form that is counted by.")
    every: str = Field(examples=["year"])


class ComponentShape(BaseModel):
    """A public component of the service standard (UU 25/2009, article 21)."""

    code: str = Field(examples=["procedure"])
    name: Name
    text: Name


class IntakeShape(BaseModel):
    """Where it begins."""

    step: str
    desks: list[str]
    decisions: list[DecisionShape]


class ServiceShape(BaseModel):
    """A service, by the version of its workflow in force."""

    code: str = Field(examples=["sip-dokter"])
    name: Name
    unit: str
    working_days: int | None = Field(description="The promise to the public.")
    minutes: int | None = Field(description="The same, of what is done while one waits.")
    channels: list[Channel] = Field(description="How it may be handed in.")
    windows: list[WindowShape] = Field(description="When it is taken; empty: always.")
    quota: QuotaShape | None
    form: list[FieldShape] = Field(description="What is asked beside name, NIK and telephone.")
    requirements: list[RequirementShape]
    fees: list[FeeShape] = Field(description="Empty: it costs nothing.")
    standard: list[ComponentShape] = Field(description="The components that must be public.")
    intake: IntakeShape


def requirement_shape(code: str, need: Requirement) -> RequirementShape:
    """A requirement on the wire."""
    return RequirementShape(
        code=code,
        name=name_of(need.label),
        kind=need.kind,
        required=need.required,
        when=name_or_none(need.when),
        only_if=need.only_if,
        due=need.due,
        since=need.since,
        until=need.until,
        formats=list(need.formats),
    )


def fee_shape(fee: Fee) -> FeeShape:
    """A fee on the wire."""
    return FeeShape(
        name=name_of(fee.label), amount=fee.amount, computed=fee.computed, only_if=fee.only_if, basis=fee.basis
    )


def standard_shape(standard: Standard | None) -> list[ComponentShape]:
    """The public components that have been written."""
    said = standard or Standard()
    found = ((code, getattr(said, code)) for code in PUBLIC_COMPONENTS)
    return [
        ComponentShape(code=code, name=name_of(COMPONENT_NAMES[code]), text=Name(id=one.id, en=one.en))
        for code, one in found
        if one.id.strip() or one.en.strip()
    ]
