"""A permit with every limit there is: a promise, a desk's own days, the applicant's, the law's, a stop that ends."""

from typing import Any

from routing.domain.workflow import Workflow
from tests.domain.small_routes import label

#: Deemed granted after fourteen working days, whoever has it.
DEEMED = {"working_days": 14, "basis": "UU 30/2014 pasal 53", "deemed": "yes", "to": "write-down", "pauses": False}
#: Nothing follows from it but that it was broken.
BROKEN = {"working_days": 14, "basis": "UU 30/2014 pasal 53", "most_suspended": 40}


def times(**changed: object) -> Workflow:
    """``changed`` replaces whole parts of the route by their names in it; ``legal_limit`` is not there at first."""
    route: dict[str, object] = {
        "service": "izin-waktu",
        "label": label("Izin"),
        "unit": "dpmptsp",
        "working_days": 9,
        "intake": ["register"],
        "steps": {code: step for code, step in STEPS.items() if "legal_limit" in changed or code != "write-down"},
        "ends": {
            "granted": {"label": label("Terbit"), "outcome": "granted"},
            "refused": {"label": label("Ditolak"), "outcome": "refused"},
            "lapsed": {"label": label("Gugur"), "outcome": "refused"},
            "stopped": {
                "label": label("Dihentikan"),
                "outcome": "stopped",
                "resume": {"days": 30, "to": "repair", "then": "lapsed"},
            },
        },
    }
    return Workflow.model_validate(route | {key: value for key, value in changed.items() if value is not None})


STEPS: dict[str, dict[str, Any]] = {
    "register": {
        "label": label("Pendaftaran"),
        "desks": ["loket-pendaftaran"],
        "roles": ["front-desk"],
        "decisions": {"accept": {"label": label("Terima"), "to": "verify"}},
    },
    "verify": {
        "label": label("Verifikasi"),
        "desks": ["verifikasi"],
        "roles": ["verifier"],
        "working_days": 2,
        "decisions": {
            "forward": {"label": label("Teruskan"), "to": "sign"},
            "return": {"label": label("Kembalikan"), "to": "repair", "reason": "required"},
            "refuse": {"label": label("Tolak"), "to": "refused", "reason": "required"},
        },
    },
    "sign": {
        "label": label("Tanda tangan"),
        "desks": ["kepala-dinas"],
        "roles": ["head-of-office"],
        "decisions": {
            "sign": {"label": label("Tanda tangani"), "to": "granted", "answers": True},
            "refuse": {"label": label("Tolak"), "to": "refused", "reason": "required"},
        },
    },
    "repair": {
        "label": label("Perbaikan"),
        "desks": ["loket-pendaftaran"],
        "roles": ["front-desk"],
        "waits_for": "applicant",
        "pause": "repair",
        "deadline": {"working_days": 5, "decision": "lapse"},
        "decisions": {
            "resubmit": {"label": label("Terima perbaikan"), "to": "origin"},
            "lapse": {"label": label("Waktu lewat"), "to": "stopped", "reason": "required"},
        },
    },
    "write-down": {
        "label": label("Penerbitan karena fiktif positif"),
        "desks": ["kepala-dinas"],
        "roles": ["head-of-office"],
        "decisions": {
            "issue-deemed": {"label": label("Terbitkan karena fiktif positif"), "to": "granted", "reason": "required"}
        },
    },
}
