"""Waits for the payment system to say that the bill of an application has been paid.

``GET /bills/<application number>`` is answered by ``{"application", "status", "reference"}``, the status paid or open.
An open bill is nobody's failure: the program asks again later, for as long as it takes.
"""

from __future__ import annotations

from datetime import timedelta

from routing.actions.attend import Matter
from routing.domain.automatic_desks import NotYet
from routing.domain.decision import Decision
from workers.desks.outside import OutsideSystem

_LONGEST_REFERENCE = 100


class Payment:
    """The program of the step ``automatic: payment``; decides ``paid``."""

    def __init__(self, address: str | None, timeout_seconds: float, *, ask_again_seconds: float = 30.0) -> None:
        self._again_after = timedelta(seconds=ask_again_seconds)
        self._payments = OutsideSystem("The payment system", address, "SATUATAP_PAYMENT_URL", timeout_seconds)

    def __call__(self, matter: Matter) -> Decision | NotYet:
        """The decision with the payment's reference, or NotYet. Raises what ``OutsideSystem.ask`` raises."""
        answer = self._payments.ask("GET", f"/bills/{matter.number}", key=matter.key)
        if answer.get("application") != matter.number:
            raise self._payments.unclear("it speaks of another application")
        if answer.get("status") == "open":
            return NotYet(again_after=self._again_after)
        reference = answer.get("reference")
        if (
            answer.get("status") != "paid"
            or not isinstance(reference, str)
            or not 0 < len(reference) <= _LONGEST_REFERENCE
        ):
            raise self._payments.unclear("no reference of a payment")
        return Decision(decision="paid", reason=f"Pembayaran {reference}")
