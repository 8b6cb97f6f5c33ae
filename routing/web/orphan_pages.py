"""For whoever watches over the office: applications nobody can move, and the way out of each."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from routing.domain.people import Action
from routing.reading.orphans import orphans
from routing.web.orphans_told import told
from routing.web.rendering import show, wording_of
from routing.web.visitors import OfficeHere, SignedIn

router = APIRouter(include_in_schema=False)


@router.get("/orphans")
def orphans_page(request: Request, office: OfficeHere, staff: SignedIn) -> HTMLResponse:
    """Every place at which applications wait in vain, the fullest first."""
    staff.require(Action.SEE_ORPHANS)
    wording = wording_of(request)
    names = staff.directory.names(wording.language)
    rows = [told(one, wording, names) for one in orphans(office)]
    return show(request, "manager/orphans.html", rows=rows, links=staff.may(Action.SEE_APPLICATION))
