"""A route that uses every way the language knows: optional steps, asked desks, rules for desks, deadlines, ends."""

from routing.domain.workflow import Workflow
from tests.domain.small_routes import label


def many_ways(**changed: object) -> Workflow:
    """A permit; ``changed`` replaces whole parts of the route by their names in it."""
    route: dict[str, object] = {
        "service": "many-ways",
        "label": label("Izin"),
        "unit": "dpmptsp",
        "requirements": {
            "form": {"label": label("Formulir")},
            "plan": {"label": label("Denah")},
            "insurance": {"label": label("Polis"), "due": "sign"},
            "deed": {"label": label("Akta"), "due": "sign", "only_if": "applicant.kind == 'business'"},
        },
        "form": {"area": {"label": label("Luas"), "kind": "number", "unit": "m2"}},
        "intake": ["register"],
        "steps": STEPS,
        "ends": {
            "granted": {"label": label("Terbit"), "outcome": "granted"},
            "refused": {"label": label("Ditolak"), "outcome": "refused"},
            "stopped": {"label": label("Dihentikan"), "outcome": "stopped", "resume": {"days": 180, "to": "repair"}},
            "elsewhere": {"label": label("Dirujuk"), "outcome": "referred", "refers_to": "ukl-upl"},
        },
    }
    return Workflow.model_validate(route | changed)


STEPS = {
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
        "decisions": {
            "forward": {"label": label("Teruskan"), "to": "survey"},
            "return": {"label": label("Kembalikan"), "to": "repair", "reason": "required", "names_requirements": True},
            "refuse": {
                "label": label("Tolak"),
                "to": "refused",
                "reason": "required",
                "reasons": {"zone": label("Di luar zona"), "unsafe": label("Tidak aman")},
            },
            "refer": {"label": label("Rujuk"), "to": "elsewhere", "only_if": "form.area > 10000"},
        },
    },
    "survey": {
        "label": label("Survei"),
        "desks": ["survei-barat", "survei-timur"],
        "desk_by": [{"desk": "survei-timur", "only_if": "channel == 'village'"}, {"desk": "survei-barat"}],
        "only_if": "form.area >= 100",
        "otherwise": "team",
        "roles": ["surveyor"],
        "decisions": {
            "report": {
                "label": label("Laporkan"),
                "to": "team",
                "collects": {
                    "slope": {"label": label("Kemiringan"), "kind": "number", "unit": "%"},
                    "safe": {"label": label("Aman"), "kind": "yes-no"},
                },
            },
        },
    },
    "team": {
        "label": label("Tim"),
        "desks": ["pupr", "dishub", "dlh"],
        "join": "all",
        "only_if_at": {"dlh": "form.area > 500", "dishub": "form.area > 200", "pupr": "form.area > 50"},
        "otherwise": "sign",
        "roles": ["expert"],
        "decisions": {
            "agree": {"label": label("Setuju"), "to": "sign", "opinion": True},
            "object": {"label": label("Keberatan"), "to": "sign", "opinion": True},
        },
    },
    "sign": {
        "label": label("Tanda tangan"),
        "desks": ["kepala-dinas"],
        "roles": ["head-of-office"],
        "decisions": {
            "sign": {
                "label": label("Tanda tangani"),
                "to": "granted",
                "not_by": ["verify"],
                "only_if": "opinions['team']['object'] == 0 && (!has(findings.safe) || findings.safe)",
            },
            "refuse": {"label": label("Tolak"), "to": "refused", "reason": "required"},
        },
    },
    "repair": {
        "label": label("Perbaikan"),
        "desks": ["loket-pendaftaran"],
        "roles": ["front-desk"],
        "waits_for": "applicant",
        "pause": "repair",
        "deadline": {"working_days": 5, "decision": "stop"},
        "decisions": {
            "resubmit": {"label": label("Terima perbaikan"), "to": "origin"},
            "stop": {"label": label("Hentikan"), "to": "stopped"},
        },
    },
}
