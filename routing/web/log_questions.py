"""Asks the log for somebody: what was written a moment ago is found, and that they asked is written down first.

Every door to the whole log goes through here, so that no page and no program can forget the second half.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, timedelta

from routing.actions.index_entries import catch_up
from routing.actions.note_reading import ReadingNotNoted, note_reading
from routing.domain.entry_facets import IndexState
from routing.domain.errors import DatabaseAway
from routing.domain.log_reading import EXPORTED, SEARCHED, Reading
from routing.office import Office
from routing.reading.audit_facets import Facets, count_facets
from routing.reading.audit_search import ENTRIES_ON_A_PAGE, LogFilter, LogPage, search_log
from routing.reading.integrity_signals import SignalFilter
from routing.reading.known_words import known_words
from routing.reading.log_reads import ReadsFilter, ReadsPage, reads_page, reads_place
from routing.web.visitors import Staff

#: An index that is behind by more is told of as a problem.
_BEHIND = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the log says to a question."""

    page: LogPage
    #: None: it took too long to count, or nobody asked
    facets: Facets | None
    index: IndexState
    #: something may be missing: the index is being built, or nothing has followed the log for a while
    is_behind: bool


def ask_log(
    office: Office,
    staff: Staff,
    wanted: LogFilter,
    cursor: str = "",
    *,
    way: str,
    most: int = ENTRIES_ON_A_PAGE,
    counts: bool = True,
) -> Answer:
    """A page of the log. Raises SearchTooWide, ReadingNotNoted."""
    index = _caught_up(office)
    page = search_log(office, wanted, cursor, most)
    facets = count_facets(office, wanted) if counts else None
    _note(office, staff, SEARCHED, wanted, way, facets)
    return Answer(page=page, facets=facets, index=index, is_behind=_is_behind(office, index))


def ask_for_export(office: Office, staff: Staff, wanted: LogFilter, *, way: str, most: int) -> LogPage:
    """The first page of what leaves the office as a file. Raises SearchTooWide, ReadingNotNoted."""
    _caught_up(office)
    page = search_log(office, wanted, most=most)
    _note(office, staff, EXPORTED, wanted, way, count_facets(office, wanted))
    return page


def ask_who_read(
    office: Office, staff: Staff, wanted: ReadsFilter, behind: str = "", *, way: str, most: int
) -> ReadsPage:
    """Who looked at what; that is a question of its own. Raises ReadingNotNoted."""
    _caught_up(office)
    question = known_words(office, wanted.said)
    number = question.get("number") if wanted.number == question.get("number") else None
    reading = Reading(kind=SEARCHED, actor=staff.person.code, way=way, question=question, number=number,
                      session=staff.session.token_hash)  # fmt: skip
    note_reading(office, reading)
    return reads_page(office, wanted, reads_place(behind), most)


def note_signals(office: Office, staff: Staff, wanted: SignalFilter, signal: str = "", *, way: str) -> None:
    """That somebody has the log searched for signs of misuse. Raises ReadingNotNoted."""
    texts = {"signal": signal, "unit": wanted.unit, "desk": wanted.desk, "service": wanted.service}
    times = {"since": wanted.since, "until": wanted.until}
    said = {name: at.astimezone(UTC).isoformat() for name, at in times.items() if at is not None}
    said |= {name: text for name, text in texts.items() if text}
    question = {"list": "signals"} | known_words(office, said)
    reading = Reading(kind=SEARCHED, actor=staff.person.code, way=way, question=question,
                      session=staff.session.token_hash)  # fmt: skip
    note_reading(office, reading)


def note_application(office: Office, staff: Staff, number: str, *, way: str) -> None:
    """That somebody reads the log of one application; where no entry can be taken now, they read it all the same."""
    reading = Reading(kind=SEARCHED, actor=staff.person.code, way=way, question={"list": "application"}, number=number,
                      session=staff.session.token_hash)  # fmt: skip
    with suppress(ReadingNotNoted):
        note_reading(office, reading)


def _caught_up(office: Office) -> IndexState:
    # Whether it can be read without a database that takes writes is said where the question is noted.
    with suppress(DatabaseAway):
        return catch_up(office)
    return IndexState()


def _note(office: Office, staff: Staff, kind: str, wanted: LogFilter, way: str, facets: Facets | None) -> None:
    # What was found by is in the log already; what found nothing may be anything.
    question = wanted.said if facets is not None and facets.count else known_words(office, wanted.said)
    reading = Reading(
        kind=kind,
        actor=staff.person.code,
        way=way,
        question=question,
        found=facets.count if facets is not None else None,
        is_more=facets is not None and facets.is_more,
        number=wanted.number if wanted.number and question.get("number") == wanted.number else None,
        session=staff.session.token_hash,
    )
    note_reading(office, reading)


def _is_behind(office: Office, index: IndexState) -> bool:
    return index.complete_at is None or office.now() - index.complete_at > _BEHIND
