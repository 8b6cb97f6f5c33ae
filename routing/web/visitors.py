"""Who is at the other end, and what they may: asked once a request, before anything else."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request

from routing.actions.sign_in import keep_signed_in
from routing.domain.errors import DatabaseAway, NotSignedIn
from routing.domain.people import (
    ADMINISTRATOR,
    AUDITOR,
    MANAGER,
    OFFICE,
    Action,
    Assignment,
    Person,
    Place,
    may,
    require,
)
from routing.office import Office
from routing.reading.catalogue import Directory, directory
from routing.reading.sessions import Session, session_of
from routing.web.posted_form import PostedForm, posted_form
from routing.web.rate_limits import RateLimits
from routing.web.security import SESSION_COOKIE, cookie, require_own_form

#: A session's last use is written down at most this often: reading a page should not cost a commit.
_TOUCH_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Somebody of the office, signed in."""

    session: Session
    directory: Directory
    #: the moment of the request
    at: datetime

    @property
    def person(self) -> Person:
        """The account."""
        return self.session.person

    @property
    def held(self) -> tuple[Assignment, ...]:
        """What they are, now."""
        return tuple(one for one in self.person.assignments if one.holds_at(self.at))

    @property
    def desks(self) -> tuple[str, ...]:
        """The desks they sit at."""
        return tuple(dict.fromkeys(one.desk for one in self.held if one.desk is not None))

    @property
    def counters(self) -> tuple[str, ...]:
        """The counters they sit at."""
        return tuple(code for code in self.desks if code in self.directory.counters)

    @property
    def home(self) -> str:
        """Where their work begins."""
        if self.counters:
            return "/counter"
        roles = {one.role for one in self.held}
        if self.desks or MANAGER in roles:
            return "/desks"
        return "/audit" if AUDITOR in roles else "/accounts" if ADMINISTRATOR in roles else "/desks"

    def may(self, action: Action, place: Place = OFFICE) -> bool:
        """Whether they may: to show what they can do."""
        return may(self.person, action, place, self.at) is not None

    def require(self, action: Action, place: Place = OFFICE) -> None:
        """Raises NotAllowed unless they may."""
        require(self.person, action, place, self.at)


def office_of(request: Request) -> Office:
    """The office this web serves."""
    office: Office = request.app.state.office
    return office


def limits_of(request: Request) -> RateLimits:
    """What counts who asks how often."""
    limits: RateLimits = request.app.state.rate_limits
    return limits


def signed_in(request: Request) -> Staff:
    """Who has signed in. Raises NotSignedIn."""
    office = office_of(request)
    secret = cookie(request, SESSION_COOKIE)
    session = session_of(office, secret) if secret else None
    if session is None:
        raise NotSignedIn
    if office.now() - session.seen_at > _TOUCH_AFTER:
        # A database that takes no writes must not keep anybody from reading.
        with suppress(DatabaseAway):
            keep_signed_in(office, session.token_hash)
    with office.reading() as connection:
        staff = Staff(session=session, directory=directory(connection), at=office.now())
    request.state.staff = staff
    return staff


def own_form(
    request: Request,
    staff: Annotated[Staff, Depends(signed_in)],
    form: Annotated[PostedForm, Depends(posted_form)],
) -> PostedForm:
    """The form, sent from a page shown to this person. Raises RequestForged."""
    require_own_form(request, form.text("form_token"), staff.session.form_token)
    return form


OfficeHere = Annotated[Office, Depends(office_of)]
SignedIn = Annotated[Staff, Depends(signed_in)]
OwnForm = Annotated[PostedForm, Depends(own_form)]
AnyForm = Annotated[PostedForm, Depends(posted_form)]
