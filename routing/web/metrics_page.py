"""``/metrics``: the mall in numbers, to machines of the office; to anybody else there is no such page."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from routing.office import Office
from routing.web.visitors import office_of

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(request: Request, office: Annotated[Office, Depends(office_of)]) -> Response:
    """For the addresses of the setting."""
    if not _may_read(request, office.settings.metrics):
        raise HTTPException(404)
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _may_read(request: Request, allowed: str) -> bool:
    named = [one for one in allowed.split(",") if one]
    if "*" in named:
        return True
    try:
        address = ipaddress.ip_address(request.client.host if request.client is not None else "")
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(one) for one in named)
