"""Asks the national licensing system (OSS) for a business identification number (NIB).

The contract is this program's own adapter: ``POST /nib`` with the applicant and the form, answered by
``{"status": "issued", "nib": "<13 digits>"}`` or ``{"status": "needs-verification"}`` (a higher risk: not automatic).
An office that is connected to another gateway sets ``SATUATAP_OSS_URL`` to something that speaks it.
"""

from __future__ import annotations

import re

from routing.actions.attend import Matter
from routing.domain.decision import Decision
from workers.desks.outside import OutsideSystem

_NIB = re.compile(r"[0-9]{13}")


class Oss:
    """The program of the step ``automatic: oss``; decides ``issue`` or ``refer``."""

    def __init__(self, address: str | None, timeout_seconds: float) -> None:
        self._oss = OutsideSystem("OSS", address, "SATUATAP_OSS_URL", timeout_seconds)

    def __call__(self, matter: Matter) -> Decision:
        """The decision, with the number in its reason. Raises what ``OutsideSystem.ask`` raises."""
        who = matter.who
        sent = {
            "application": matter.number,
            "name": who.name if who is not None else "",
            "nik": who.nik if who is not None else "",
            "answers": {**matter.form, **(who.answers if who is not None else {})},
        }
        answer = self._oss.ask("POST", "/nib", key=matter.key, sent=sent)
        if answer.get("application") != matter.number:
            raise self._oss.unclear("it speaks of another application")
        if answer.get("status") == "needs-verification":
            return Decision(decision="refer")
        nib = answer.get("nib")
        if answer.get("status") != "issued" or not isinstance(nib, str) or not _NIB.fullmatch(nib):
            raise self._oss.unclear("no NIB of 13 digits")
        return Decision(decision="issue", reason=f"NIB {nib}")
