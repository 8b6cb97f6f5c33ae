"""The permit with every limit, in an office where a counter hands over what the head has signed."""

from copy import deepcopy
from typing import Any

from routing.domain.workflow import Workflow
from tests.domain.route_of_times import STEPS, times
from tests.domain.small_routes import label

_HAND_OVER = {
    "label": label("Penyerahan"),
    "desks": ["loket-penyerahan"],
    "roles": ["hand-over-officer"],
    "working_days": 0,
    "decisions": {
        "hand-over": {"label": label("Serahkan"), "to": "granted"},
        "misspelt": {"label": label("Kembalikan: salah tulis"), "to": "sign", "reason": "required"},
    },
}


def handing_over(*, answers: bool = True, completes: bool = False, **changed: object) -> Workflow:
    """``answers``: the signature is the answer. ``completes``: the verifier declares the file complete."""
    steps: dict[str, Any] = deepcopy(STEPS)
    steps["sign"]["decisions"]["sign"] = {"label": label("Tanda tangani"), "to": "hand-over", "answers": answers}
    steps["verify"]["decisions"]["forward"]["completes"] = completes
    steps["hand-over"] = _HAND_OVER
    if "legal_limit" not in changed:
        del steps["write-down"]
    return times(**changed, steps=steps)
