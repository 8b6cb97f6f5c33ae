"""Puts the pages together into one web application for one office."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from routing import __version__
from routing.office import Office
from routing.web import (
    account_pages,
    audit_pages,
    audit_reads_pages,
    calendar_hours_pages,
    calendar_pages,
    calendar_recount_pages,
    counter_pages,
    decision_pages,
    desk_pages,
    due_pages,
    health,
    log_pages,
    mark_pages,
    metrics_page,
    notice_pages,
    orphan_pages,
    paper_pages,
    pause_pages,
    personal_pages,
    public_pages,
    receipt_pages,
    route_pages,
    sign_in_pages,
    signal_pages,
)
from routing.web.api.app import MOUNTED_AT, make_api
from routing.web.head_requests import HeadAsGet
from routing.web.metrics import Metrics
from routing.web.password_checks import PasswordChecks
from routing.web.rate_limits import RateLimits
from routing.web.refusal_pages import LastResort, answer_refusals
from routing.web.request_log import RequestLog
from routing.web.route_drawings import RouteDrawings
from routing.web.security import SecurityHeaders
from routing.web.wording import load_wordings

_STATIC = Path(__file__).parent / "static"


def make_web(office: Office, *, plain_http_warning: bool = False) -> FastAPI:
    """The pages of this office.

    Whoever reaches them over plain HTTP from another machine is warned on every page; ``plain_http_warning`` shows
    the warning to everybody, because the mall was opened to the network without TLS.
    """
    web = FastAPI(title="Satu Atap", version=__version__, docs_url=None, redoc_url=None)
    web.state.office = office
    web.state.wordings = load_wordings(office.time_zone)
    web.state.plain_http_warning = plain_http_warning
    web.state.static_version = _static_version()
    web.state.metrics = Metrics(office)
    web.state.password_checks = PasswordChecks()
    web.state.rate_limits = RateLimits(office.settings)
    web.state.route_drawings = RouteDrawings(office)
    for pages in (
        public_pages,
        receipt_pages,
        route_pages,
        sign_in_pages,
        counter_pages,
        decision_pages,
        desk_pages,
        due_pages,
        paper_pages,
        mark_pages,
        pause_pages,
        notice_pages,
        audit_pages,
        signal_pages,
        audit_reads_pages,
        orphan_pages,
        account_pages,
        calendar_hours_pages,
        calendar_pages,
        calendar_recount_pages,
        personal_pages,
        log_pages,
        health,
        metrics_page,
    ):
        web.include_router(pages.router)
    api = make_api()
    api.state = web.state
    web.mount(MOUNTED_AT, api, name="api")
    web.mount("/verify", StaticFiles(directory=_verify_folder(), html=True), name="verify")
    web.mount("/static", StaticFiles(directory=_STATIC), name="static")
    answer_refusals(web)
    # The last one added is the outermost: the last resort's page has the headers, too, and HEAD goes without any body.
    web.add_middleware(LastResort)
    web.add_middleware(RequestLog, watched=web.state.metrics.saw_request)
    web.add_middleware(SecurityHeaders)
    web.add_middleware(HeadAsGet)
    return web


def _verify_folder() -> Path:
    """The page that checks proof bundles: inside an installed package, or among the documents of a checkout."""
    installed = Path(__file__).parent / "verify"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "docs" / "verify"


def _static_version() -> str:
    """Changes when a static file does, so that browsers may keep each for ever."""
    files = sorted(path for path in _STATIC.iterdir() if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
