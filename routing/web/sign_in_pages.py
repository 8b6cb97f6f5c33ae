"""Signing in and out, and the one-time link by which somebody sets a password."""

from __future__ import annotations

import secrets
from contextlib import AbstractContextManager
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from routing.actions.keep_accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, set_password_by_link
from routing.actions.sign_in import sign_in, sign_out
from routing.domain.errors import Busy, LinkExpired, MalformedField, Refusal, SignInRefused, WeakPassword
from routing.domain.phrases import Phrase
from routing.web.password_checks import PasswordChecks
from routing.web.rate_limits import TooManyRequests
from routing.web.rendering import go_to, show, wants_json
from routing.web.security import (
    SESSION_COOKIE,
    VISITOR_COOKIE,
    cookie,
    drop_cookie,
    local_path,
    require_own_form,
    set_cookie,
)
from routing.web.visitors import AnyForm, OfficeHere, OwnForm, SignedIn, limits_of

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def sign_in_page(request: Request, next: str = "") -> HTMLResponse:  # noqa: A002 - the query's name
    """Account and password."""
    return _for_a_visitor(request, "sign_in/sign_in.html", account="", next=local_path(next))


@router.post("/sign-in")
def sign_in_here(request: Request, office: OfficeHere, form: AnyForm) -> Response:
    """Begins a session with a new cookie, and goes where the person wanted to go."""
    require_own_form(request, form.text("visitor_token"), cookie(request, VISITOR_COOKIE))
    account, wanted = form.text("account").strip(), local_path(form.text("next"))
    try:
        limits_of(request).signing_in(request, account)
        with _turn(request):
            secret = sign_in(office, account, form.text("password"))
    except (SignInRefused, Busy, TooManyRequests) as refusal:
        if wants_json(request):
            raise
        return _for_a_visitor(request, "sign_in/sign_in.html", refusal, account=account, next=wanted)
    response = go_to(wanted)
    set_cookie(request, response, SESSION_COOKIE, secret)
    drop_cookie(request, response, VISITOR_COOKIE)
    return response


@router.post("/sign-out")
def sign_out_here(request: Request, office: OfficeHere, staff: SignedIn, _form: OwnForm) -> Response:
    """Ends the session, here and in the database."""
    sign_out(office, staff.session.token_hash)
    response = go_to("/sign-in", told="signed-out")
    drop_cookie(request, response, SESSION_COOKIE)
    return response


@router.get("/staff")
def to_work(staff: SignedIn) -> Response:
    """Where this person's work begins."""
    return go_to(staff.home)


@router.get("/l/{secret}")
def password_page(request: Request, secret: str) -> HTMLResponse:
    """A new password; whether the link still works is only said when it is used, so that looking does not use it up."""
    return _password_form(request, secret)


@router.post("/l/{secret}")
def set_own_password(request: Request, office: OfficeHere, secret: str, form: AnyForm) -> Response:
    """Uses the link up and sets the password."""
    require_own_form(request, form.text("visitor_token"), cookie(request, VISITOR_COOKIE))
    password = form.text("password")
    try:
        _require_the_same(password, form.text("password_again"))
        limits_of(request).signing_in(request)
        # Hashing takes as much memory as checking.
        with _turn(request):
            set_password_by_link(office, secret, password)
    except (WeakPassword, MalformedField, LinkExpired, Busy, TooManyRequests) as refusal:
        if wants_json(request):
            raise
        return _password_form(request, secret, refusal)
    return go_to("/sign-in", told="password-set")


def _turn(request: Request) -> AbstractContextManager[None]:
    checks: PasswordChecks = request.app.state.password_checks
    return checks.turn()


def _require_the_same(password: str, again: str) -> None:
    if password != again:
        raise MalformedField(
            field=Phrase("Password"),
            problem=Phrase("the two are not the same"),
            way_out=Phrase("Type it twice."),
        )


def _password_form(request: Request, secret: str, *refusals: Refusal) -> HTMLResponse:
    return _for_a_visitor(
        request,
        "sign_in/set_password.html",
        *refusals,
        secret=secret,
        least=SHORTEST_PASSWORD,
        most=LONGEST_PASSWORD,
    )


def _for_a_visitor(request: Request, template: str, *refusals: Refusal, **values: Any) -> HTMLResponse:
    """A form for somebody who has no session: a cookie of its own ties it to this browser."""
    token = cookie(request, VISITOR_COOKIE) or secrets.token_urlsafe(32)
    response = show(request, template, refusals=refusals, here=request.url.path, visitor_token=token, **values)
    set_cookie(request, response, VISITOR_COOKIE, token)
    return response
