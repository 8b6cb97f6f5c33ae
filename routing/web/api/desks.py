"""What lies at a desk."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Path

from routing.domain.errors import UnknownDesk
from routing.domain.people import Action
from routing.domain.people import Place as Where
from routing.reading.desk_queue import Place as QueuePlace
from routing.reading.desk_queue import queue
from routing.web.api.applications import After, Limit
from routing.web.api.cursors import Cursors
from routing.web.api.problems import says
from routing.web.api.shapes import Queue, queue_item
from routing.web.api.who_calls import TheCaller
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/desks", tags=["desks"])


@router.get("/{code}/queue", responses=says(403, 404))
def see_queue(
    office: OfficeHere,
    staff: TheCaller,
    code: Annotated[str, Path(max_length=200, examples=["verifikasi"])],
    after: After = None,
    limit: Limit = 50,
) -> Queue:
    """The documents that have arrived at the desk and are not decided, those that come first first."""
    if code not in staff.directory.desks:
        raise UnknownDesk(desk=code[:100], known=", ".join(staff.directory.desks))
    staff.require(Action.SEE_QUEUE, Where(desks=(code,)))
    cursors = Cursors(staff.session.token_hash, "queue", code)
    # Nobody but us can have signed it, and this list's places are all alike.
    place = cast("QueuePlace | None", cursors.read(after))
    page = queue(office, code, place, limit)
    return Queue(items=[queue_item(row) for row in page.rows], next=cursors.write(page.next))
