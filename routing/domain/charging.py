"""What one application is charged, as far as it can be told: a fee may wait for something a desk finds out later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routing.domain.desks import Label
from routing.domain.fees import Charge, Fee, charges
from routing.domain.guards import NoAmount, compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The charges, and what cannot be told yet."""

    charges: tuple[Charge, ...] = ()
    #: fees that are owed, of an amount that still depends on something
    open: tuple[Label, ...] = ()

    @property
    def total(self) -> int:
        """Rupiah, without what is open."""
        return sum(charge.amount for charge in self.charges)


def bill(fees: Sequence[Fee], facts: Mapping[str, Any]) -> Bill:
    """What is charged with these facts."""
    known: list[Charge] = []
    still_open: list[Label] = []
    for fee in fees:
        try:
            charged = charges([fee], facts)
        except NoAmount:
            still_open.append(fee.label)
            continue
        known += charged
        if not charged and _waits_for_a_finding(fee, facts):
            still_open.append(fee.label)
    return Bill(charges=tuple(known), open=tuple(still_open))


def _waits_for_a_finding(fee: Fee, facts: Mapping[str, Any]) -> bool:
    """Whether it is not charged only because no desk has found out yet what it depends on."""
    found = facts.get("findings", {})
    named = compiled(fee.only_if).members if fee.only_if is not None else ()
    return any(root == "findings" and name not in found for root, name in named)
