"""What the caller was told of: at their desks, as supervisor, head or inspectorate."""

from __future__ import annotations

from typing import cast

from fastapi import APIRouter
from pydantic import BaseModel, Field

from routing.domain.notices import addressed_to
from routing.reading.notices import NoticeRow, notices_to
from routing.reading.notices import Place as NoticePlace
from routing.web.api.applications import After, Limit
from routing.web.api.cursors import Cursors
from routing.web.api.labels import Name, name_of
from routing.web.api.problems import says
from routing.web.api.shapes import At, at_text
from routing.web.api.who_calls import TheCaller
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/notices", tags=["notices"])


class NoticeShape(BaseModel):
    """Something the caller was told."""

    number: str
    service_name: Name
    about: str = Field(
        examples=["promise"], description="`promise`, `legal` (the limit of the law), or a visit's number."
    )
    desk: str | None = Field(description="Of a visit: its desk.")
    level: str = Field(
        examples=["h-3"], description="How near it was: `h-3`, `h-1`, `h`, `near`, `passed`; or `obstacle`."
    )
    due_at: At | None = Field(description="The moment it warns of; null: the step sets the desk no limit.")
    at: At = Field(description="When the caller was told.")
    is_over: bool = Field(description="The application has ended, or left that desk.")


class Notices(BaseModel):
    """A page of them, newest first."""

    items: list[NoticeShape]
    next: str | None = Field(description="The cursor of the next page; null: this is the last.")


@router.get("", responses=says())
def see_notices(office: OfficeHere, staff: TheCaller, after: After = None, limit: Limit = 50) -> Notices:
    """Warnings, escalations and obstacles, newest first."""
    cursors = Cursors(staff.session.token_hash, "notices")
    # Nobody but us can have signed it, and this list's places are all alike.
    place = cast("NoticePlace | None", cursors.read(after))
    page = notices_to(office, addressed_to(staff.person, staff.at), place, limit)
    return Notices(items=[_shape(row) for row in page.rows], next=cursors.write(page.next))


def _shape(row: NoticeRow) -> NoticeShape:
    return NoticeShape(
        number=row.number,
        service_name=name_of(row.service),
        about=row.about,
        desk=row.desk,
        level=row.level,
        due_at=at_text(row.due) if row.due is not None else None,
        at=at_text(row.at),
        is_over=row.is_over,
    )
