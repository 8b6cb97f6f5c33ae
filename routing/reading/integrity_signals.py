"""What did the log find by itself? Integrity signals of a period: how many of each, and the entries behind them.

A page looks at a limited number of entries, newest first, and says so: counts are "at least" where the period holds
more. The log is read here to be shown; nothing is decided by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Connection

from routing.domain.desks import Label
from routing.domain.integrity_signals import Signal, Thresholds, judge
from routing.domain.signal_definitions import DEFINITIONS, Definition
from routing.office import Office
from routing.reading.catalogue import names_of
from routing.reading.signal_answers import Answer, answered, answers_of
from routing.reading.signal_deeds import Deeds, Told
from routing.reading.signal_entries import MARKED, Place, one_entry, piece_of_log
from routing.reading.signal_files import OfficeThen

ROWS_ON_A_PAGE = 50
#: How many entries (or marks) one page looks at before it says so.
MOST_LOOKED_AT = 10_000
#: What is shown where nobody named a period.
USUAL_PERIOD = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalFilter:
    """Where is looked; a period without a beginning is the last thirty days."""

    since: datetime | None = None
    #: not in it any more
    until: datetime | None = None
    unit: str = ""
    desk: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalCount:
    """How many entries raised a signal."""

    definition: Definition
    found: int
    #: of these, how many have been answered
    answered: int
    #: how many entries were looked at, and the oldest of them
    looked_at: int
    oldest: datetime | None
    #: the period holds more entries than were looked at, so that there may be more of them
    is_at_least: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRow:
    """An entry that raised a signal."""

    number: str
    service: str
    service_name: Label
    seq: int
    at: datetime
    kind: str
    #: where it was; of a pause, where the document lay
    desks: tuple[str, ...]
    actor: str
    actor_name: str
    #: what fills in the sentence of the definition; steps by their names
    facts: Mapping[str, str | int | Label]
    #: oldest first
    answers: tuple[Answer, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalPage:
    """Some of the entries that raised a signal, newest first."""

    rows: tuple[SignalRow, ...]
    #: where the next (older) page begins; None: the period holds no further entries
    next: Place | None


def thresholds_of(office: Office) -> Thresholds:
    """From where on this office wants to look at something."""
    settings = office.settings
    return Thresholds(
        fast_seconds=settings.signal_fast_seconds,
        queue_hours=settings.signal_queue_hours,
        pair_applications=settings.signal_pair_applications,
        pair_days=settings.signal_pair_days,
        grace_minutes=settings.signal_grace_minutes,
    )


def signal_counts(office: Office, wanted: SignalFilter) -> tuple[SignalCount, ...]:
    """Every signal with its count, in the order of the definitions."""
    of_log = frozenset(Signal) - MARKED.keys()
    with office.reading() as connection:
        asked = [_Search(office, connection, wanted, signals) for signals in (of_log, *map(_alone, MARKED))]
        by_signal = {one.definition.signal: one for search in asked for one in _counted(connection, search)}
    return tuple(by_signal[signal] for signal in DEFINITIONS)


def signal_page(
    office: Office,
    signal: Signal,
    wanted: SignalFilter,
    behind: Place | None = None,
    most: int = ROWS_ON_A_PAGE,
    *,
    with_words: bool = True,
) -> SignalPage:
    """The entries that raised it, from ``behind`` on. ``with_words``: what was answered, too, which takes the key."""
    found: list[tuple[Told, Mapping[str, str | int]]] = []
    with office.reading() as connection:
        search = _Search(office, connection, wanted, _alone(signal), behind)
        for told, facts in search.found(signal):
            if len(found) == most:
                search.stopped_at = found[-1][0].entry.place
                break
            found.append((told, facts))
        rows = _rows(office, connection, signal, found, with_words=with_words)
    return SignalPage(rows=rows, next=search.stopped_at)


def signal_at(office: Office, signal: Signal, number: str, seq: int) -> SignalRow | None:
    """The entry as the signal's list shows it; None: it does not raise the signal (any more)."""
    with office.reading() as connection:
        entry = one_entry(connection, number, seq)
        if entry is None:
            return None
        thresholds, then = thresholds_of(office), OfficeThen(office, connection)
        deeds = Deeds(connection, then, [entry], _alone(signal), thresholds)
        found = [(told, facts) for told in deeds.told() if (facts := judge(signal, told.deed, thresholds)) is not None]
        rows = _rows(office, connection, signal, found, with_words=True)
    return rows[0] if rows else None


def signal_place_text(place: Place | None) -> str | None:
    """The place as text for addresses; None: there is no next page."""
    return "/".join((place[0].astimezone(UTC).isoformat(), *map(str, place[1:]))) if place is not None else None


def signal_place_in(said: str) -> Place | None:
    """The place; None: no page has ended so."""
    try:
        moment, application, seq = said.split("/")
        at = datetime.fromisoformat(moment)
        place = (at.astimezone(UTC), int(application), int(seq))
    except (ValueError, OverflowError):
        return None
    return place if at.tzinfo is not None and 0 <= place[1] < 2**63 and 0 <= place[2] < 2**31 else None


class _Search:
    """A walk through the entries of a period, newest first, until all or enough of them have been looked at."""

    def __init__(
        self,
        office: Office,
        connection: Connection,
        wanted: SignalFilter,
        signals: frozenset[Signal],
        behind: Place | None = None,
    ) -> None:
        self.signals, self.looked_at, self.oldest = signals, 0, behind
        #: where to go on; None: nothing is left
        self.stopped_at: Place | None = None
        self._connection, self._thresholds = connection, thresholds_of(office)
        self._then = OfficeThen(office, connection)
        self._mark = MARKED.get(next(iter(signals))) if len(signals) == 1 else None
        self._until = wanted.until or office.now() + timedelta(seconds=1)
        self._since = wanted.since or self._until - USUAL_PERIOD
        self._service = wanted.service
        self._desks = self._desks_of(wanted)

    def found(self, *signals: Signal) -> Iterator[tuple[Told, Mapping[str, str | int]]]:
        """What raises the signal, and what it shows."""
        for told in self.told():
            for signal in signals:
                facts = judge(signal, told.deed, self._thresholds)
                if facts is not None:
                    yield told, facts

    def told(self) -> Iterator[Told]:
        """The deeds at the desks and of the service that are looked at."""
        while True:
            piece = piece_of_log(self._connection, self._since, self._until, self.oldest, mark=self._mark)
            here = [
                one for one in piece.candidates
                if self._desks is None or one.desk is None or one.desk in self._desks
            ]  # fmt: skip
            for told in Deeds(self._connection, self._then, here, self.signals, self._thresholds).told():
                is_here = self._desks is None or not self._desks.isdisjoint(told.desks)
                if is_here and self._service in ("", told.application.service):
                    yield told
            self.looked_at += piece.looked_at
            self.oldest = piece.last or self.oldest
            if piece.is_last:
                return
            if self.looked_at >= MOST_LOOKED_AT:
                self.stopped_at = self.oldest
                return

    def judged(self, told: Told) -> Iterator[Signal]:
        """The signals it raises."""
        return (one for one in self.signals if judge(one, told.deed, self._thresholds) is not None)

    def _desks_of(self, wanted: SignalFilter) -> frozenset[str] | None:
        of_unit = self._then.desks_of(wanted.unit) if wanted.unit else None
        of_desk = frozenset({wanted.desk}) if wanted.desk else None
        if of_unit is not None and of_desk is not None:
            return of_unit & of_desk
        return of_unit if of_desk is None else of_desk


def _alone(signal: Signal) -> frozenset[Signal]:
    return frozenset({signal})


def _counted(connection: Connection, search: _Search) -> list[SignalCount]:
    found: dict[Signal, list[tuple[int, int]]] = {signal: [] for signal in search.signals}
    for told in search.told():
        for signal in search.judged(told):
            found[signal].append((told.entry.application_id, told.entry.seq))
    done = answered(connection, {application for some in found.values() for application, _ in some})
    return [
        SignalCount(
            definition=DEFINITIONS[signal],
            found=len(places),
            answered=sum((application, seq, signal.value) in done for application, seq in places),
            looked_at=search.looked_at,
            oldest=search.oldest[0] if search.oldest is not None else None,
            is_at_least=search.stopped_at is not None,
        )
        for signal, places in found.items()
    ]


def _rows(
    office: Office,
    connection: Connection,
    signal: Signal,
    found: list[tuple[Told, Mapping[str, str | int]]],
    *,
    with_words: bool,
) -> tuple[SignalRow, ...]:
    names = names_of(connection, (told.entry.actor for told, _ in found))
    ids = {told.application.id for told, _ in found}
    answers = answers_of(office, connection, signal, ids, with_words=with_words)
    return tuple(
        SignalRow(
            number=told.application.number,
            service=told.application.service,
            service_name=told.workflow.label,
            seq=told.entry.seq,
            at=told.entry.at,
            kind=told.entry.kind,
            desks=told.desks,
            actor=told.entry.actor,
            actor_name=names.get(told.entry.actor, told.entry.actor),
            facts={name: _named(told, name, fact) for name, fact in facts.items()},
            answers=answers.get((told.application.id, told.entry.seq), ()),
            place=told.entry.place,
        )
        for told, facts in found
    )


def _named(told: Told, name: str, fact: str | int) -> str | int | Label:
    is_step = name == "step" and fact in told.workflow.steps
    return told.workflow.steps[str(fact)].label if is_step else fact
