"""For everybody: the way of the file through a service, as a drawing and step by step."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from routing.web.rendering import show, wording_of
from routing.web.route_drawings import RouteDrawings

router = APIRouter(prefix="/services", include_in_schema=False)


@router.get("/{service}/route")
def route_page(request: Request, service: str) -> HTMLResponse:
    """The drawing, and the same in sentences for whoever does not see it."""
    language = wording_of(request).language
    drawing = _drawings(request).of(service, language)
    image = f"/services/{service}/route.svg?language={language}"
    return show(request, "public/route.html", service=drawing.workflow, sentences=drawing.sentences, image=image)


@router.get("/{service}/route.svg")
def route_image(request: Request, service: str, language: Literal["id", "en"] = "id") -> Response:
    """The drawing alone; browsers keep it and ask whether it is still the same."""
    drawing = _drawings(request).of(service, language)
    headers = {"etag": f'"{drawing.tag}"', "cache-control": "no-cache"}
    asked = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if headers["etag"] in asked:
        return Response(status_code=304, headers=headers)
    return Response(drawing.svg, media_type="image/svg+xml", headers=headers)


def _drawings(request: Request) -> RouteDrawings:
    drawings: RouteDrawings = request.app.state.route_drawings
    return drawings
