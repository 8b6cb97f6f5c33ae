"""What was returned to the applicant comes back: at which visit it is waited for, and by which decision it is taken in.

The decision itself is ``moves.decide``; nothing here says who may.
"""

from __future__ import annotations

from collections.abc import Sequence

from routing.domain.application import Application
from routing.domain.errors import Kind, NotAtThisDesk, Refusal
from routing.domain.preconditions import require_open
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import ORIGIN


class NothingToResubmit(Refusal):
    """Application {number} does not wait for its applicant, so nothing is handed in again. It is at: {desks}."""

    code = "nothing_to_resubmit"


class VisitNotNamed(Refusal):
    """Application {number} is at several desks at once ({desks}). Name the visit: {visits}."""

    code = "visit_not_named"
    kind = Kind.MALFORMED


def visit_named(application: Application, open_visits: Sequence[Visit], no: int | None) -> Visit:
    """The open visit with this number; None: the only one. Raises NotAtThisDesk, VisitNotNamed."""
    found = [visit for visit in open_visits if no in (None, visit.no)]
    if not found:
        desks = ", ".join(visit.desk for visit in open_visits)
        raise NotAtThisDesk(number=application.number, desks=desks or "-")
    return _only(application, found)


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
    return waiting[_only(application, [visit for visit, _ in waiting.values()]).no]


def _takes_in(book: RuleBook, visit: Visit) -> str | None:
    """The first decision there that leads back to where the document came from."""
    step = book.workflow.steps[visit.step]
    if step.waits_for != "applicant":
        return None
    return next((code for code, rule in step.decisions.items() if rule.to == ORIGIN), None)


def _only(application: Application, found: Sequence[Visit]) -> Visit:
    if len(found) > 1:
        raise VisitNotNamed(
            number=application.number,
            desks=", ".join(visit.desk for visit in found),
            visits=", ".join(str(visit.no) for visit in found),
        )
    return found[0]
