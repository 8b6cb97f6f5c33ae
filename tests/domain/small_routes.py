"""Routes of a few steps, for rules that the doctor's permit does not show."""

from routing.domain.workflow import Workflow


def label(text: str) -> dict[str, str]:
    return {"id": text, "en": text}


def disposisi() -> Workflow:
    """A building permit whose assessment can be done at three desks; only the senior officer may refuse."""
    return Workflow.model_validate(
        {
            "service": "pbg",
            "label": label("PBG"),
            "unit": "dpmptsp",
            "intake": ["register"],
            "steps": {
                "register": {
                    "label": label("Pendaftaran"),
                    "desks": ["loket-pendaftaran"],
                    "roles": ["front-desk"],
                    "decisions": {
                        "accept": {"label": label("Terima"), "to": "assess"},
                        "turn-away": {"label": label("Tolak"), "to": "refused", "roles": ["senior"]},
                    },
                },
                "assess": {
                    "label": label("Penilaian"),
                    "desks": ["arsitektur", "struktur", "mep"],
                    "roles": ["assessor", "senior"],
                    "decisions": {
                        "approve": {"label": label("Setuju"), "to": "granted", "reason": "none"},
                        "pass-on": {"label": label("Disposisi"), "to": "assess"},
                        "return": {"label": label("Kembalikan"), "to": "repair", "reason": "required"},
                        "refuse": {"label": label("Tolak"), "to": "refused", "roles": ["senior"]},
                    },
                },
                "repair": {
                    "label": label("Perbaikan"),
                    "desks": ["loket-pendaftaran"],
                    "roles": ["front-desk"],
                    "waits_for": "applicant",
                    "decisions": {"resubmit": {"label": label("Terima"), "to": "origin"}},
                },
            },
            "ends": {
                "granted": {"label": label("Terbit"), "outcome": "granted"},
                "refused": {"label": label("Ditolak"), "outcome": "refused"},
            },
        }
    )


def one_step(decision: str) -> Workflow:
    """A route of one step and one decision with that code."""
    step = {
        "label": label("Langkah"),
        "desks": ["loket-pendaftaran"],
        "roles": ["front-desk"],
        "decisions": {decision: {"label": label("Kata"), "to": "done"}},
    }
    return Workflow.model_validate(
        {
            "service": "small",
            "label": label("Kecil"),
            "unit": "dpmptsp",
            "intake": ["only"],
            "steps": {"only": step},
            "ends": {"done": {"label": label("Selesai"), "outcome": "granted"}},
        }
    )
