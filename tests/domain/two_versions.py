"""A route and its next version: a team of desks, steps that change their codes, a return to the applicant."""

from __future__ import annotations

from typing import Any

from routing.domain.workflow import Workflow
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
