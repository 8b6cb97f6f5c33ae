"""How a no, and a breakdown, is told: the one place where refusals and faults become pages or problem documents."""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routing.domain.errors import DatabaseAway, NotSignedIn, Refusal
from routing.domain.rollback import LogBehind
from routing.web.posted_form import PostedForm
from routing.web.problem_documents import problem_document, problem_of
from routing.web.rendering import BEHIND, show, told_sides, wants_json, wording_of
from routing.web.statuses import status_of
from routing.web.wording import N_

LOG = logging.getLogger("satuatap.web")

#: Headline and sentence by status, where no refusal brings its own.
_PLAIN = {
    404: (N_("Not found"), N_("There is no such page. Check the address, or begin at the start page.")),
    405: (N_("Not possible"), N_("This address does not take that. Open the page again and use its buttons.")),
    422: (N_("Not understood"), N_("What was sent was not understood. Open the page again and repeat.")),
    500: (N_("Something broke"), N_("The error has been recorded. Nothing is half-written; try again.")),
    503: (
        N_("The office cannot write at the moment"),
        N_("The database cannot be reached, is full or read-only. Look whether your last step was saved before you "
           "repeat it; the program recovers by itself."),
    ),
}  # fmt: skip
_BEHIND_SENTENCE = N_(
    "Nothing was saved. A checkpoint kept outside (%(held)s entries, root %(held_root)s) does not agree with the "
    "database (%(here)s entries, root %(here_root)s). Reading goes on. An administrator puts the right database back, "
    "or two people begin the log anew."
)
_HEADLINES = {
    403: N_("Not allowed"),
    404: N_("Not found"),
    409: N_("Not possible now"),
    413: N_("Too large"),
    429: N_("Too often"),
    422: N_("Not accepted"),
    503: N_("Busy at the moment"),
}


def answer_refusals(app: FastAPI) -> None:
    """Teaches the app how to say no."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(DatabaseAway, _away)
    app.add_exception_handler(HTTPException, _plainly)
    app.add_exception_handler(RequestValidationError, _not_understood)


class LastResort:
    """Answers what nobody expected with a reference number; the log has the details under that number."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and catches what falls out."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            reference = secrets.token_hex(4).upper()
            # Not the address: it may hold a link's secret or a tracking code.
            LOG.exception("unexpected error, reference %s, in %s", reference, scope.get("endpoint"))
            if has_begun:
                raise
            response = _say(Request(scope, receive), 500, "fault", reference=reference)
            await response(scope, receive, send)


def problem(request: Request, refusal: Refusal) -> Response:
    """A refusal as a page or, for a program, as an RFC 9457 problem."""
    if wants_json(request):
        return problem_of(refusal)
    status = status_of(refusal)
    form: PostedForm | None = getattr(request.state, "form", None)
    return show(
        request,
        "shared/refusal.html",
        status=status,
        refusals=[refusal],
        headline=wording_of(request).text(_HEADLINES[status]),
        typed=form.typed() if form is not None else [],
        must_sign_in=isinstance(refusal, NotSignedIn),
        back=getattr(request.state, "back", None),
    )


def _refused(request: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, Refusal):
        raise refusal
    request.app.state.metrics.saw_refusal(refusal)
    is_page = request.method in ("GET", "HEAD") and not wants_json(request)
    if isinstance(refusal, NotSignedIn) and is_page:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(wanted, safe='/')}", status_code=303)
    return problem(request, refusal)


def _away(request: Request, fault: Exception) -> Response:
    LOG.error("%s", fault)
    if isinstance(fault, LogBehind):
        return _behind(request, fault)
    return _say(request, 503, DatabaseAway.code)


def _behind(request: Request, fault: LogBehind) -> Response:
    """Both checkpoints are everybody's: whoever is refused because of them may know which."""
    if wants_json(request):
        return problem_document(503, fault.code, str(fault))
    wording, form = wording_of(request), getattr(request.state, "form", None)
    return show(
        request,
        "shared/fault.html",
        status=503,
        headline=wording.text(BEHIND),
        sentence=wording.text(_BEHIND_SENTENCE) % told_sides(fault),
        typed=form.typed() if form is not None else [],
        reference=None,
    )


def _plainly(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    response = _say(request, status, HTTPStatus(status).name.lower())
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


def _not_understood(request: Request, _error: Exception) -> Response:
    return _say(request, 422, "not_understood")


def _say(request: Request, status: int, code: str, reference: str | None = None) -> Response:
    headline, sentence = _PLAIN.get(status, _PLAIN[500 if status >= 500 else 422])
    if wants_json(request):
        return problem_document(status, code, sentence, {"reference": reference} if reference is not None else {})
    wording = wording_of(request)
    form: PostedForm | None = getattr(request.state, "form", None)
    return show(
        request,
        "shared/fault.html",
        status=status,
        headline=wording.text(headline),
        sentence=wording.text(sentence),
        typed=form.typed() if form is not None else [],
        reference=reference,
    )
