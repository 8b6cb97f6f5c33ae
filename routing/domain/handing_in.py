"""Papers that follow later and come on paper: a counter, or the desk that holds the document, ticks them off.

Files are ``papers``'. What was handed in before can be handed in again: that is what a repair brings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from routing.domain.application import Application
from routing.domain.errors import Kind, Refusal
from routing.domain.facts import with_papers
from routing.domain.move import Move, chained, entry_of
from routing.domain.papers import is_applicants, spot_of
from routing.domain.people import Person
from routing.domain.preconditions import require_known, require_not_own
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit


class NothingHandedIn(Refusal):
    """Nothing was named as handed in. Tick at least one requirement, then send the form again."""

    code = "nothing_handed_in"
    kind = Kind.MALFORMED


def hand_in(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    requirements: Sequence[str],
    *,
    person: Person,
    at: datetime,
) -> Move:
    """The requirements have been handed in, with one entry; the document stays where it is.

    Raises ApplicationEnded, NotAllowed, OwnApplication, TakeItFirst, StillOnItsWay, HeldByAnother,
    NothingHandedIn, UnknownRequirement.
    """
    spot = spot_of(book, application, open_visits, person, at)
    require_not_own(person, application.applicant_index, application.number)
    named = tuple(dict.fromkeys(requirements))
    if not named:
        raise NothingHandedIn
    require_known(book.workflow, named)
    facts = {
        "papers": list(named),
        "role": spot.role,
        "visit": spot.visit.no if spot.visit is not None else None,
        "step": spot.visit.step if spot.visit is not None else None,
    }
    entry = entry_of(application, at=at, kind="handed-in", desk=spot.desk, actor=person.code, facts=facts)
    after = replace(
        chained(application, entry),
        papers=tuple(dict.fromkeys((*application.papers, *named))),
        facts=with_papers(application.facts, named, brought_at=at if is_applicants(book, spot) else None),
        version=application.version + 1,
        changed_at=at,
    )
    # Whoever has opened the document must look again: it is not what they saw any more.
    seen_anew = tuple(replace(visit, version=after.version) for visit in open_visits)
    return Move(at=at, before=application, after=after, visits=seen_anew, entries=(entry,))
