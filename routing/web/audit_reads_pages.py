"""For the auditor: who looked at what. Searches, exports and downloads of the log, and reveals of personal data."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from routing.domain.errors import MalformedField, Refusal
from routing.domain.log_reading import DOWNLOADED, EXPORTED, SEARCHED
from routing.domain.people import Action
from routing.reading.log_reads import READS_ON_A_PAGE, REVEALED, LogRead, ReadsFilter, ReadsPage, reads_cursor
from routing.web.audit_pages import plain
from routing.web.facets_told import Called, log_address, names_of_values, question_told
from routing.web.log_questions import ask_who_read
from routing.web.rendering import show, wants_json, wording_of
from routing.web.timeline import FIELDS
from routing.web.typed_days import from_until
from routing.web.visitors import OfficeHere, SignedIn
from routing.web.wording import N_, Wording

router = APIRouter(prefix="/audit", include_in_schema=False)

#: What somebody did.
KINDS = {
    SEARCHED: N_("searched the log"),
    EXPORTED: N_("took entries out as a file"),
    DOWNLOADED: N_("took out a proof"),
    REVEALED: N_("looked at personal data"),
}

#: What was asked for, where it was not the log as a whole.
LISTS = {"reads": N_("who looked at what"), "signals": N_("Integrity signals"), "application": N_("Application")}
#: By which door.
WAYS = {"page": N_("page"), "json": "JSON", "csv": "CSV", "api": "API", "command line": N_("command line")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTold:
    """One line."""

    read: LogRead
    what: str
    about: str
    way: str


@router.get("/reads")
def list_of_reads(
    request: Request,
    office: OfficeHere,
    staff: SignedIn,
    kind: str = "",
    actor: str = "",
    number: str = "",
    since: str = "",
    until: str = "",
    behind: str = "",
) -> HTMLResponse:
    """Newest first. The address holds the filter, so that it can be kept and sent on."""
    staff.require(Action.SEE_AUDIT_LOG)
    typed = {"kind": kind, "actor": actor, "number": number.upper(), "since": since, "until": until}
    typed = {name: plain(value) for name, value in typed.items()}
    refusals: tuple[Refusal, ...] = ()
    page = ReadsPage(rows=(), next=None)
    try:
        first, last = from_until(office, typed["since"], typed["until"])
        named = {name: typed[name] for name in ("kind", "actor", "number")}
        wanted = ReadsFilter(**named, since=first, until=last)
        page = ask_who_read(office, staff, wanted, plain(behind), way="page", most=READS_ON_A_PAGE)
    except MalformedField as refusal:
        if wants_json(request):
            raise
        refusals = (refusal,)
    wording = wording_of(request)
    called = names_of_values(office, staff, wording, iter(one.question.get("actor", "") for one in page.rows))
    return show(
        request,
        "auditor/reads.html",
        refusals=refusals,
        rows=[_told(one, called, wording) for one in page.rows],
        older=log_address(typed, "/audit/reads", behind=reads_cursor(page.next)) if page.next else None,
        newest=log_address(typed, "/audit/reads") if behind else None,
        typed=typed,
        kinds=KINDS,
    )


def _told(read: LogRead, called: Called, wording: Wording) -> ReadTold:
    what = wording.text(KINDS.get(read.kind, read.kind))
    if read.kind == REVEALED:
        names = {one.value: name for one, name in FIELDS.items()}
        about = ", ".join(wording.text(names.get(one, one)) for one in read.fields)
    elif (which := read.question.get("list", "")) in LISTS:
        asked = "; ".join(filter(None, (read.question.get("signal"), question_told(read.question, called, wording))))
        about = wording.text(LISTS[which]) + (f" ({asked})" if asked else "")
    else:
        about = question_told(read.question, called, wording) or wording.text(N_("the whole log"))
    return ReadTold(read=read, what=what, about=about, way=wording.text(WAYS.get(read.way or "", read.way or "-")))
