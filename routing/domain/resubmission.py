"""What was returned to the applicant comes back: at which visit it is waited for, and by which decision it is taken in.

The decision itself is ``moves.decide``; nothing here says who may.
"""

from __future__ import annotations

from collections.abc import Sequence

from routing.domain.application import Application
from routing.domain.errors import Refusal
from routing.domain.preconditions import require_open
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit, visit_named
from routing.domain.workflow import ORIGIN, Step


class NothingToResubmit(Refusal):
    """Application {number} does not wait for its applicant, so nothing is handed in again. It is at: {desks}."""

    code = "nothing_to_resubmit"


def waiting_for_applicant(
    book: RuleBook, application: Application, open_visits: Sequence[Visit], no: int | None
) -> tuple[Visit, str]:
    """The visit at which the applicant is waited for, and the decision that takes the repair in.

    Raises ApplicationEnded, NothingToResubmit, and VisitNotNamed where ``no`` is not given and several wait.
    """
    require_open(book.workflow, application)
    waiting = {visit.no: (visit, code) for visit in open_visits if (code := _takes_in(book, visit)) is not None}
    if no is not None:
        waiting = {no: waiting[no]} if no in waiting else {}
    if not waiting:
        desks = ", ".join(visit.desk for visit in open_visits)
        raise NothingToResubmit(number=application.number, desks=desks or "-")
    return waiting[visit_named(application.number, [visit for visit, _ in waiting.values()], no).no]


def takes_back(step: Step) -> bool:
    """Whether it is with the applicant there because a desk returned it, and goes back to that desk."""
    return step.waits_for == "applicant" and any(rule.to == ORIGIN for rule in step.decisions.values())


def _takes_in(book: RuleBook, visit: Visit) -> str | None:
    """The first decision there that leads back to where the document came from."""
    step = book.workflow.steps[visit.step]
    return (
        next((code for code, rule in step.decisions.items() if rule.to == ORIGIN), None) if takes_back(step) else None
    )
