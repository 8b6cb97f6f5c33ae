"""Who looked at what, for the auditor's programs."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from routing.reading.log_reads import LogRead, ReadsFilter, reads_cursor
from routing.web.api.applications import After, Limit
from routing.web.api.audit_log import TheAuditor, When, moment_of
from routing.web.api.cursors import Cursors
from routing.web.api.problems import says
from routing.web.api.shapes import At, at_text
from routing.web.log_questions import ask_who_read
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/audit/reads", tags=["audit"])

_Kind = Literal["searched", "exported", "downloaded", "revealed"]
_Text = Annotated[str, Query(max_length=200)]


class ReadShape(BaseModel):
    """That somebody looked."""

    at: At
    kind: _Kind
    actor: str
    actor_name: str | None
    number: str | None = Field(description="The application it was about; null: none in particular.")
    of_office: bool = Field(description="The entry stands in the office's own chain, not in the application's.")
    seq: int = Field(description="The entry in that chain.")
    way: str | None = Field(description="By which door: page, json, csv, api, command line.")
    question: dict[str, str] = Field(description="What was asked; `?`: a word this office does not know.")
    found: int | None = Field(description="How many entries were found, as far as they were counted.")
    more: bool
    fields: list[str] = Field(description="What was revealed.")
    hash: str = Field(description="The entry's place in its chain, in hex.")


class Reads(BaseModel):
    """A page of it, newest first."""

    items: list[ReadShape]
    next: str | None = Field(description="The cursor of the next page; null: this is the last.")


@router.get("", responses=says(403, 503))
def see_reads(
    office: OfficeHere,
    staff: TheAuditor,
    kind: _Kind | None = None,
    actor: _Text = "",
    number: _Text = "",
    since: When = None,
    until: When = None,
    after: After = None,
    limit: Limit = 50,
) -> Reads:
    """Searches, exports and downloads of the log, and reveals of personal data; `until` as in the log."""
    wanted = ReadsFilter(
        kind=kind or "",
        actor=_plain(actor),
        number=_plain(number).upper(),
        since=moment_of(office, since),
        until=moment_of(office, until, a_day_later=True),
    )
    cursors = Cursors(staff.session.token_hash, "reads", wanted)
    place = cursors.read(after)
    page = ask_who_read(office, staff, wanted, str(place[0]) if place else "", way="api", most=limit)
    following = cursors.write((reads_cursor(page.next),)) if page.next is not None else None
    return Reads(items=[_shape(one) for one in page.rows], next=following)


def _shape(read: LogRead) -> ReadShape:
    return ReadShape(
        at=at_text(read.at),
        kind=cast("_Kind", read.kind),
        actor=read.actor,
        actor_name=read.actor_name,
        number=read.number,
        of_office=read.application_id == 0,
        seq=read.seq,
        way=read.way,
        question=dict(read.question),
        found=read.found,
        more=read.is_more,
        fields=list(read.fields),
        hash=read.hash.hex(),
    )


def _plain(text: str) -> str:
    """No column holds a NUL or half a sign, so nothing is found by one."""
    return text.replace("\0", "").encode(errors="ignore").decode()
