"""A visit: one stay of an application at one desk. A hand-off is a visit that has been sent and has not arrived.

What happens at a visit is ``stays``'s and ``moves``'s; here is what it is, and which one somebody means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from routing.domain.errors import Kind, NotAtThisDesk, Refusal

#: How a message names a hand-off: the application's id and the visit's number.
HandOffName = tuple[int, int]


class VisitNotNamed(Refusal):
    """Application {number} is at several desks at once ({desks}). Name the visit: {visits}."""

    code = "visit_not_named"
    kind = Kind.MALFORMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What an automatic desk met: the code of its sentence, and what fills that in."""

    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stay at one desk; ``no`` counts within the application, so a hand-off is named by (application, no)."""

    application_id: int
    no: int
    step: str
    desk: str
    sent_at: datetime
    arrived_at: datetime | None = None
    #: when the desk's own time for it ends
    due_at: datetime
    #: where a return to the applicant came from, and goes back to
    origin_step: str | None = None
    #: the same; of a stand-in where several desks work at once: the desk it speaks for
    origin_desk: str | None = None
    #: who has taken it: nobody else decides before ``lease_until``
    holder: str | None = None
    claimed_at: datetime | None = None
    #: None: for as long as the holder likes
    lease_until: datetime | None = None
    #: the application's version when this visit last changed; a decision that saw an earlier one is refused
    version: int = 1
    #: how often the program of an automatic desk has tried
    attempts: int = 0
    #: when the program tries (again); None: it does not
    act_at: datetime | None = None
    #: why the program has not decided yet
    trouble: Trouble | None = None
    #: the program has given up; somebody has to look after it
    needs_attention: bool = False
    #: when it was decided or recalled
    closed_at: datetime | None = None
    #: None on a closed visit: it was recalled
    decision: str | None = None
    decided_by: str | None = None
    #: when the clock looks at it next
    warn_at: datetime | None = None
    #: when the desk said that something is in its way
    obstacle_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the document is here or on its way here."""
        return self.closed_at is None

    @property
    def has_arrived(self) -> bool:
        """Whether the desk has it."""
        return self.arrived_at is not None

    def is_held_against(self, person: str, at: datetime) -> bool:
        """Whether somebody else has taken it and their lease has not lapsed."""
        if self.holder is None or self.holder == person:
            return False
        return self.lease_until is None or at < self.lease_until


def visit_named(number: str, open_visits: Sequence[Visit], no: int | None) -> Visit:
    """The open visit of application ``number`` that is called ``no``; None: the only one.

    Raises NotAtThisDesk, VisitNotNamed.
    """
    found = [visit for visit in open_visits if no in (None, visit.no)]
    if not found:
        raise NotAtThisDesk(number=number, desks=", ".join(visit.desk for visit in open_visits) or "-")
    if len(found) > 1:
        raise VisitNotNamed(
            number=number,
            desks=", ".join(visit.desk for visit in found),
            visits=", ".join(str(visit.no) for visit in found),
        )
    return found[0]
