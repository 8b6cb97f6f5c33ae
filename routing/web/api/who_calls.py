"""Whose token is shown: asked once a request. No cookie is looked at, so no other site can send a browser here."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from routing.actions.keep_tokens import note_use
from routing.domain.errors import DatabaseAway
from routing.domain.people import Action
from routing.office import Office
from routing.reading.callers import Caller, caller_of
from routing.reading.catalogue import directory
from routing.reading.sessions import Session
from routing.vault.passwords import kept
from routing.web.api.refusals import TokenMissing, TokenRefused
from routing.web.visitors import OfficeHere, Staff, limits_of

#: A token's last use is written down at most this often: reading should not cost a commit.
_NOTED_AFTER = timedelta(minutes=1)
_LONGEST_TOKEN = 200
_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    bearerFormat="sat_...",
    description="Made by `satuatap account token CODE`; it can do what that account can, and nothing else.",
)


def who_calls(
    request: Request,
    office: OfficeHere,
    shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Staff:
    """The account the token speaks for. Raises TokenMissing, TokenRefused, TooManyRequests."""
    if shown is None:
        raise TokenMissing
    secret = shown.credentials
    caller = caller_of(office, secret) if len(secret) <= _LONGEST_TOKEN else None
    if caller is None:
        limits_of(request).stranger(request)
        raise TokenRefused
    limits_of(request).calling(caller.token.id)
    _note(office, caller)
    # No form is ever theirs: an empty form token fits none.
    session = Session(person=caller.person, form_token="", token_hash=kept(secret), seen_at=office.now())
    with office.reading() as connection:
        return Staff(session=session, directory=directory(connection), at=office.now())


def who_may_see_applications(staff: Annotated[Staff, Depends(who_calls)]) -> Staff:
    """The same, for whatever is about an application. Raises NotAllowed."""
    staff.require(Action.SEE_APPLICATION)
    return staff


TheCaller = Annotated[Staff, Depends(who_calls)]
TheReader = Annotated[Staff, Depends(who_may_see_applications)]


def _note(office: Office, caller: Caller) -> None:
    used = caller.token.used_at
    if used is None or office.now() - used > _NOTED_AFTER:
        # A database that takes no writes must not keep anybody from reading.
        with suppress(DatabaseAway):
            note_use(office, caller.token.id)
