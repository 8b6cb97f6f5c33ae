"""A route and its next version: a team of desks, steps that change their codes, a return to the applicant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from routing.domain.crossing import Crossing
from routing.domain.migration import Order, migrate
from routing.domain.workflow import Workflow
from tests.calendars import counted
from tests.domain.people_of_the_mall import KEY, Walk
from tests.domain.small_routes import label


def permit(
    *,
    team: tuple[str, ...] = ("pupr", "dishub", "bapenda"),
    join: str | int | None = "all",
    verify: str = "verify",
    desk: str = "verifikasi",
    verify_step: dict[str, Any] | None = None,
    **changed: Any,
) -> Workflow:
    """The counter, verification, a team at once, a report. ``changed``: parts of single steps, by the step's code."""
    steps: dict[str, Any] = {
        "register": {
            "desks": ["loket-pendaftaran"],
            "roles": ["front-desk"],
            "decisions": {"accept": said("Terima", verify)},
        },
        verify: {
            "desks": [desk],
            "roles": ["verifier"],
            "working_days": 2,
            "decisions": {"forward": said("Teruskan", "team"), "return": said("Kembalikan", "repair")},
        },
        "team": {
            "desks": list(team),
            "join": join,
            "roles": ["technical-officer"],
            "stand_in": ["verifikasi"],
            "decisions": {
                "recommend": said("Rekomendasikan", "report", opinion=join is not None),
                "object": said("Keberatan", "report", opinion=join is not None),
                "return": said("Kembalikan", "repair"),
            },
        },
        "report": {
            "desks": ["koordinator-tim"],
            "roles": ["team-coordinator"],
            "decisions": {"agree": said("Setuju", "granted", not_by=[verify])},
        },
        "repair": {
            "desks": ["loket-pendaftaran"],
            "roles": ["front-desk"],
            "waits_for": "applicant",
            "decisions": {"resubmit": said("Terima perbaikan", "origin")},
        },
    }
    for code, values in {verify: verify_step or {}, **changed}.items():
        steps[code] |= values
    for code, step in steps.items():
        step.setdefault("label", label(code))
    return Workflow.model_validate(
        {
            "service": "permit",
            "label": label("Izin"),
            "unit": "dpmptsp",
            "intake": ["register"],
            "steps": steps,
            "ends": {"granted": {"label": label("Terbit"), "outcome": "granted"}},
        }
    )


def said(text: str, to: str, **more: Any) -> dict[str, Any]:
    return {"label": label(text), "to": to, **more}


class Crossed(Walk):
    """A walk that can go over to another version."""

    def goes_over(self, to: Workflow, reason: str = "", **mapping: str) -> Self:
        self.at += timedelta(minutes=5)
        new = counted(to).counted_by(self.book.calendar)
        crossing = Crossing(
            old=self.book, new=new, mapping={was.replace("_", "-"): now for was, now in mapping.items()}
        )
        order = Order(by="admin", at=self.at, reason=reason, letter="800/12/2026", digest_key=KEY)
        closed = [visit for visit in self.visits.values() if not visit.is_open]
        move = migrate(crossing, self.application, self.open_visits, closed, order, ledger=self.ledger)
        self.book = new
        self._record(move)
        return self

    @property
    def lies_at(self) -> list[str]:
        """Its step and the desks that have it."""
        return list(self.where)

    @property
    def spoken(self) -> dict[str, object]:
        return {key: value for key, value in self.application.facts.items() if key.startswith("opinions.") and value}
