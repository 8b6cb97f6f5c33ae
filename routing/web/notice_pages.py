"""Warnings: what whoever has signed in was told of, at their desks, as supervisor, head or inspectorate."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from routing.domain.notices import BROUGHT, OBSTACLE, addressed_to
from routing.reading.notices import NOTICES_ON_A_PAGE, Place, notices_to
from routing.web.rendering import show
from routing.web.timeline import ABOUT, BROUGHT_TOLD, LEVELS
from routing.web.visitors import OfficeHere, SignedIn
from routing.web.wording import N_

router = APIRouter(include_in_schema=False)

#: What happened, by the level of a notice.
_TOLD = {
    **{level.value: words for level, words in LEVELS.items()},
    OBSTACLE: N_("something is in the way"),
    BROUGHT: BROUGHT_TOLD,
}


@router.get("/notices")
def notices_page(request: Request, office: OfficeHere, staff: SignedIn, behind: str = "") -> HTMLResponse:
    """Newest first."""
    page = notices_to(office, addressed_to(staff.person, staff.at), _place(behind), NOTICES_ON_A_PAGE)
    return show(
        request,
        "staff/notices.html",
        page=page,
        abouts=ABOUT,
        levels=_TOLD,
        next=_cursor(page.next),
        is_first=not behind,
    )


def _cursor(place: Place | None) -> str | None:
    if place is None:
        return None
    said = [part.isoformat() if isinstance(part, datetime) else part for part in place]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


def _place(cursor: str) -> Place | None:
    """A cursor nobody gave out begins at the newest."""
    try:
        at, application_id, about, level, due = json.loads(base64.urlsafe_b64decode(cursor))
        told_at, due_at = datetime.fromisoformat(at), datetime.fromisoformat(due)
        has_zone = told_at.tzinfo is not None and due_at.tzinfo is not None
        place = (told_at.astimezone(UTC), int(application_id), str(about), str(level), due_at.astimezone(UTC))
    except (ValueError, TypeError, OverflowError, binascii.Error):
        return None
    is_ours = has_zone and abs(place[1]) < 2**63 and "\0" not in place[2] + place[3] and len(cursor) < 1_000
    return place if is_ours else None
