"""Which applications can nobody move?"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from routing.domain.audit_chain import rfc3339
from routing.domain.people import Action
from routing.domain.phrases import Phrase
from routing.reading.catalogue import Directory
from routing.reading.orphans import Orphans, orphans
from routing.web.api.labels import Name, name_of, name_or_none
from routing.web.api.problems import says
from routing.web.api.who_calls import TheCaller
from routing.web.orphans_told import ways_out, why
from routing.web.visitors import OfficeHere
from routing.web.wording import Wording

router = APIRouter(prefix="/orphans", tags=["orphans"])


class OrphansShape(BaseModel):
    """Applications that wait at one place for somebody who is not there."""

    cause: str = Field(
        examples=["nobody-there"],
        description="no-role, nobody-there, desk-closed, no-operator, leads-nowhere, join-unmet, "
        "other-eyes or at-no-desk.",
    )
    why: Name
    ways_out: list[Name]
    service: Name
    workflow: str = Field(description="Content hash of the route they follow.")
    step: str
    step_name: Name | None
    desk: str | None
    roles: list[str] = Field(description="Who could move them.")
    count: int
    since: str = Field(json_schema_extra={"format": "date-time"}, description="Since when the first has been there.")
    numbers: list[str] = Field(description="The first of them, at most 20.")


class OrphanList(BaseModel):
    """Every place at which applications wait in vain, the fullest first."""

    items: list[OrphansShape]


@router.get("", responses=says(403))
def see_orphans(request: Request, office: OfficeHere, staff: TheCaller) -> OrphanList:
    """The open applications nobody can move, by place, with the way out."""
    staff.require(Action.SEE_ORPHANS)
    wordings: Mapping[str, Wording] = request.app.state.wordings
    return OrphanList(items=[orphans_shape(one, wordings, staff.directory) for one in orphans(office)])


def orphans_shape(found: Orphans, wordings: Mapping[str, Wording], directory: Directory) -> OrphansShape:
    """A place on the wire."""

    def in_both(said: Phrase) -> Name:
        return Name(**{code: wordings[code].phrase(said, directory.names(code)) for code in ("id", "en")})

    return OrphansShape(
        cause=found.cause,
        why=in_both(why(found)),
        ways_out=[in_both(one) for one in ways_out(found)],
        service=name_of(found.service),
        workflow=found.workflow,
        step=found.step,
        step_name=name_or_none(found.step_name),
        desk=found.desk,
        roles=list(found.roles),
        count=found.count,
        since=rfc3339(found.since),
        numbers=list(found.numbers),
    )
