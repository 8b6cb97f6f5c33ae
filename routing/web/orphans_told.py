"""Applications nobody can move, in sentences: why, and the way out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from routing.domain.phrases import Phrase
from routing.reading.orphans import Cause, Orphans
from routing.web.wording import N_, Wording

#: Why nobody can move them.
CAUSES = {
    Cause.NO_ROLE: N_("At {desk} nobody holds a role it takes now: {roles}."),
    Cause.NOBODY_THERE: N_("Nobody works at {desk} now."),
    Cause.DESK_CLOSED: N_("Nobody works at {desk} now, and no route in force leads there any more."),
    Cause.NO_OPERATOR: N_("The program at {desk} has given up, and nobody may help it."),
    Cause.LEADS_NOWHERE: N_("From {desk} no decision leads on: what it should go to is no step of its route."),
    Cause.JOIN_UNMET: N_("The opinions its step waits for can come from no desk any more."),
    Cause.OTHER_EYES: N_(
        "At {desk} everybody who could say what leads on ({roles}) has decided on it before, or is the applicant."
    ),
    Cause.AT_NO_DESK: N_("It is open and lies at no desk."),
}
#: What ends each.
_GIVE = N_("Give an account one of these roles at {desk}: {roles}.")
_MIGRATE = N_("Take them over to a version of the route in which they can go on (satuatap workflow migrate).")
_VERIFY = N_("Verify their logs (satuatap audit verify); then take them over to a version in which they can go on.")
WAYS_OUT = {
    Cause.NO_ROLE: _GIVE,
    Cause.NOBODY_THERE: _GIVE,
    Cause.DESK_CLOSED: N_(
        "Take them over to the version in force, or give an account one of these roles at {desk}: {roles}."
    ),
    Cause.NO_OPERATOR: N_("Make somebody manager, or give an account one of these roles at {desk}: {roles}."),
    Cause.LEADS_NOWHERE: _MIGRATE,
    Cause.JOIN_UNMET: _VERIFY,
    Cause.OTHER_EYES: N_("Give somebody else, who has not decided on it yet, one of these roles at {desk}: {roles}."),
    Cause.AT_NO_DESK: _VERIFY,
}
_PASSED_ON = (Cause.NO_ROLE, Cause.NOBODY_THERE, Cause.DESK_CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphansTold:
    """A place, in words."""

    found: Orphans
    why: str
    ways_out: tuple[str, ...]


def why(found: Orphans) -> Phrase:
    """Why nobody can move them."""
    return Phrase(CAUSES[found.cause], **_facts(found))


def ways_out(found: Orphans) -> Iterator[Phrase]:
    """What would end it."""
    if found.others and found.has_manager and found.cause in _PASSED_ON:
        yield Phrase("A manager can pass them on to {desks}.", desks=", ".join(found.others))
    yield Phrase(WAYS_OUT[found.cause], **_facts(found))


def told(found: Orphans, wording: Wording, names: Mapping[str, str]) -> OrphansTold:
    """In the reader's language; ``names``: of desks and roles."""
    ways = tuple(wording.phrase(one, names) for one in ways_out(found))
    return OrphansTold(found=found, why=wording.phrase(why(found), names), ways_out=ways)


def _facts(found: Orphans) -> dict[str, object]:
    return {"desk": found.desk or "-", "roles": " / ".join(found.roles) or "-"}
