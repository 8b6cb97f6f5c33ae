"""A template becomes a page: what every page is given, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from routing.domain.errors import DatabaseAway, Refusal
from routing.domain.people import Action
from routing.domain.rollback import LogBehind
from routing.office import Office
from routing.reading.catalogue import names_of
from routing.web.security import LANGUAGE_COOKIE, cookie, local_path, set_cookie, travels_in_the_open
from routing.web.statuses import RETRY_AFTER_SECONDS, headers_of, status_of
from routing.web.visitors import Staff
from routing.web.wording import LANGUAGES, N_, Wording

#: Where programs ask.
API = "/api/"
#: What a page says after something was done; an address can choose among these and cannot add to them.
TOLD = {
    "decided": N_("%(number)s: your decision is recorded. The file is on its way to the next desk."),
    "ended": N_("%(number)s: your decision is recorded. The application is closed."),
    "resumed": N_("%(number)s goes on."),
    "withdrawn": N_("%(number)s: the withdrawal is recorded. The application is closed."),
    "taken": N_("You have taken %(number)s. Nobody else decides on it until you release it."),
    "released": N_("%(number)s is back in the queue of the desk."),
    "retried": N_("%(number)s: the program tries again."),
    "reassigned": N_("%(number)s is on its way to the other desk."),
    "attached": N_("%(number)s: the papers are attached."),
    "handed-in": N_("%(number)s: what was handed in is recorded."),
    "pause-granted": N_("%(number)s stands still: its promise is not counted until you let it go on."),
    "pause-ended": N_("%(number)s goes on; desks have got their days back."),
    "obstacle-reported": N_("%(number)s: the supervisor and the head of the office have been told of the obstacle."),
    "signal-answered": N_("%(number)s: your answer is kept, and the log tells that you answered."),
    "nothing-to-take": N_("Nothing is waiting to be taken at this desk."),
    "password-set": N_("Your password is set. Sign in with it."),
    "signed-out": N_("You have signed out."),
    "account-added": N_("The account has been added. Give it a role and make a one-time link."),
    "account-closed": N_("The account is closed. Its past stays in the log."),
    "account-identified": N_("The account knows its owner now; the NIK itself is not kept."),
    "role-assigned": N_("The role has been assigned."),
    "role-taken-away": N_("The role has been taken away."),
    "calendar-changed": N_(
        "The working calendar has a new version. Open applications are counted anew within a minute."
    ),
}
#: Stands over every page of staff, and over what is refused for it.
BEHIND = N_("The log does not agree with what is kept outside: nothing can be written.")
_A_YEAR = 365 * 24 * 3600
_NUMBER = re.compile(r"[A-Z0-9.-]{1,140}")


def wording_of(request: Request) -> Wording:
    """The reader's language: chosen just now, chosen earlier, or Indonesian."""
    chosen = request.query_params.get("lang") or cookie(request, LANGUAGE_COOKIE)
    wordings: dict[str, Wording] = request.app.state.wordings
    return wordings[chosen if chosen in LANGUAGES else LANGUAGES[0]]


def show(
    request: Request,
    template: str,
    *,
    status: int = 200,
    refusals: Sequence[Refusal] = (),
    here: str | None = None,
    **values: object,
) -> HTMLResponse:
    """The page. ``refusals`` stand at its top; ``here`` is its own address where it answers to another."""
    wording = wording_of(request)
    staff: Staff | None = getattr(request.state, "staff", None)
    names = staff.directory.names(wording.language) if staff is not None else {}
    page = wording.templates.get_template(template).render(
        language=wording.language,
        languages=_languages(request, here),
        staff=staff,
        names=names,
        form_token=staff.session.form_token if staff is not None else "",
        may_see_queues=staff is not None and staff.may(Action.SEE_QUEUE),
        may_see_log=staff is not None and staff.may(Action.SEE_AUDIT_LOG),
        may_see_signals=staff is not None and staff.may(Action.SEE_SIGNALS),
        may_see_orphans=staff is not None and staff.may(Action.SEE_ORPHANS),
        may_keep_accounts=staff is not None and staff.may(Action.MANAGE_PEOPLE),
        problems=[wording.sentence(one, {**names, **_holders(request, one)}) for one in refusals],
        told=_told(request, wording),
        is_behind=staff is not None and request.app.state.office.database.halted is not None,
        in_the_open=travels_in_the_open(request, everywhere=request.app.state.plain_http_warning),
        version=request.app.state.static_version,
        **values,
    )
    response = HTMLResponse(page, status_code=status_of(refusals[0]) if refusals else status)
    if refusals:
        response.headers.update(headers_of(refusals[0]))
    elif status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if request.query_params.get("lang") in LANGUAGES:
        set_cookie(request, response, LANGUAGE_COOKIE, wording.language, seconds=_A_YEAR)
    return response


def go_to(path: str, **query: str) -> RedirectResponse:
    """On to another page, to be fetched anew, so that a reload repeats nothing."""
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, status_code=303)


def wants_json(request: Request) -> bool:
    """Whether a program asks, and not a browser."""
    if request.url.path.startswith(API):
        return True
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def _holders(request: Request, refusal: Refusal) -> Mapping[str, str]:
    """The name of the colleague a refusal speaks of: for staff, not for strangers."""
    holder = refusal.facts.get("holder")
    if not isinstance(holder, str) or getattr(request.state, "staff", None) is None:
        return {}
    office: Office = request.app.state.office
    # The refusal is told all the same, with the account's code.
    with suppress(DatabaseAway), office.reading() as connection:
        return names_of(connection, (holder,))
    return {}


def _languages(request: Request, here: str | None) -> list[tuple[str, str]]:
    """The address of this page in every language."""
    path = local_path(here or (request.url.path if request.method == "GET" else None))
    kept = [(name, value) for name, value in parse_qsl(request.url.query) if name not in ("lang", "told")]
    return [(language, f"{path}?{urlencode([*kept, ('lang', language)])}") for language in LANGUAGES]


def told_sides(fault: LogBehind) -> dict[str, object]:
    """Both checkpoints, for a sentence: the one kept outside and the one here."""
    held, here = fault.found.held, fault.found.here
    return {"held": held.size, "held_root": held.root.hex(), "here": here.size, "here_root": here.root.hex()}


def _told(request: Request, wording: Wording) -> str | None:
    message = TOLD.get(request.query_params.get("told", ""))
    if message is None:
        return None
    number = request.query_params.get("number", "")
    return wording.text(message) % {"number": number if _NUMBER.fullmatch(number) else ""}
