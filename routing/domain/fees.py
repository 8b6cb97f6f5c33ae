"""What a service costs: nothing, a fixed sum, or what an expression makes of the facts; each with its legal basis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from routing.domain.desks import Frozen, Label
from routing.domain.guards import Source, compiled


class Fee(Frozen):
    """One levy, tax or charge. Exactly one of ``amount`` and ``computed`` is given; the checker sees to it."""

    label: Label
    #: rupiah
    amount: Annotated[int, Field(ge=0, lt=10**15)] | None = None
    #: an expression that comes to rupiah
    computed: Source | None = None
    #: charged only where this holds
    only_if: Source | None = None
    #: the law or regulation that allows it; without one nothing may be charged (UU 1/2022)
    basis: Annotated[str, StringConstraints(max_length=500)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What an application owes for one fee."""

    label: Label
    #: rupiah
    amount: int
    basis: str


def charges(fees: Sequence[Fee], facts: Mapping[str, Any]) -> tuple[Charge, ...]:
    """What is charged in this case, fee by fee. Raises NoAmount."""
    return tuple(
        Charge(label=fee.label, amount=_amount(fee, facts), basis=fee.basis)
        for fee in fees
        if fee.only_if is None or compiled(fee.only_if).judge(facts).holds
    )


def _amount(fee: Fee, facts: Mapping[str, Any]) -> int:
    return compiled(fee.computed).amount(facts) if fee.computed is not None else fee.amount or 0
