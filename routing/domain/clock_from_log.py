"""The promise clock, told anew from the log alone: what the ledger must say, if the rows beside the log are true.

The log is never read in order to decide; this is for whoever doubts the rows - an auditor, a court, a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from routing.domain.application import Application
from routing.domain.audit_chain import GENESIS
from routing.domain.first_count import ledger_said
from routing.domain.ledger import Interval
from routing.domain.promise_clock import Dues, dues_of, has_answered, turned_intervals
from routing.domain.state_machine import RuleBook
from routing.domain.time_limits import Pause

#: What an entry says, as it was read from its bytes.
Said = Mapping[str, Any]
#: The rules by the hashes of a route and of a calendar.
Rules = Callable[[str, str], RuleBook]

#: Kinds of entries that open and close no visit and turn no clock.
_QUIET = frozenset(
    {"arrived", "claimed", "released", "attached", "revealed", "key-destroyed", "stuck", "retried", "signal-answered"}
)
#: Kinds of entries after which all is counted anew.
_COUNTS_ANEW = frozenset({"migrated", "recalculated"})
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retold:
    """The clock as the log tells it."""

    ledger: tuple[Interval, ...] = ()
    dues: Dues = field(default_factory=Dues)
    #: the calendar the log named last
    calendar: str | None = None
    #: when the office answered, where its route says with what
    answered_at: datetime | None = None


def clock_from_log(entries: Iterable[Said], rules: Rules) -> Retold:
    """The ledger and what is due after the last of these entries, which stand in their order."""
    telling = _Telling(rules=rules)
    # The oldest entries named no version; what they tell of was not counted yet.
    telling_ones = (said for said in entries if said["kind"] not in _QUIET)
    for _, of_move in groupby(telling_ones, key=lambda said: said.get("version")):
        telling.move(list(of_move))
    return Retold(
        ledger=tuple(telling.ledger),
        dues=telling.dues,
        calendar=telling.calendar,
        answered_at=telling.answered_at,
    )


@dataclass(slots=True, kw_only=True)
class _Telling:
    rules: Rules
    ledger: list[Interval] = field(default_factory=list)
    #: the rules and the ledger by which the dues were counted last
    counted: tuple[RuleBook, tuple[Interval, ...]] | None = None
    workflow: str = ""
    calendar: str | None = None
    answered_at: datetime | None = None
    has_ended: bool = False
    #: of an imported case, when its log says it was due
    due_in_log: str | None = None
    #: the step of each open visit
    open: dict[int, str] = field(default_factory=dict)

    def move(self, entries: Sequence[Said]) -> None:
        """A move has happened, of which these entries tell."""
        for said in entries:
            self._note(said)
        if self.calendar is None:
            # It was not counted yet: of an older program, before its first recount.
            return
        kinds = {said["kind"] for said in entries}
        if self.has_ended and "resumed" not in kinds:
            # Whatever is written down of what has ended, its clock stands where it stood.
            return
        book = self.rules(self.workflow, self.calendar)
        first = entries[0]
        target = next((said["to"] for said in entries if said.get("to") is not None), None)
        ends, at = target in book.workflow.ends, datetime.fromisoformat(first["at"])
        is_answered = not ends and has_answered(book.workflow, list(self.open.values()))
        intervals = turned_intervals(
            book.workflow,
            self.open.values(),
            self.ledger,
            at=at,
            by=first["actor"],
            ends=ends,
            granted=next((Pause(said["pause"]) for said in entries if said["kind"] == "paused"), None),
            goes_on="continued" in kinds,
            answered_at=self.answered_at if not self.has_ended else None,
            of=0,
        )
        if not ends:
            self.answered_at = (self.answered_at or at) if is_answered else None
        self.has_ended = ends
        for one in intervals:
            self.ledger[one.no - 1 :] = [one]
        is_counted = not (ends or is_answered) and (intervals or kinds & _COUNTS_ANEW)
        # What an imported log says of it counts whatever the clock does.
        if is_counted or book.workflow.clock.due_fact is not None:
            self.counted = (book, tuple(self.ledger))

    @property
    def dues(self) -> Dues:
        """What is due, by the last count."""
        if self.counted is None:
            return Dues()
        book, ledger = self.counted
        return dues_of(book, self._application(book.workflow.clock.due_fact), ledger)

    def _note(self, said: Said) -> None:
        """What the entry says of routes, calendars and visits."""
        clock = said.get("clock") or {}
        self.calendar = said.get("calendar") or clock.get("calendar") or self.calendar
        if said["kind"] in ("submitted", "migrated"):
            self.workflow = said["workflow"]
        if said["kind"] == "submitted":
            self.due_in_log = (said.get("imported") or {}).get("due")
        mapping = said.get("mapping")
        if mapping:
            self.open = {no: mapping.get(step, step) for no, step in self.open.items()}
        if said["kind"] in ("decided", "recalled"):
            self.open.pop(said.get("visit", 0), None)
        sent = said.get("sent") or ()
        if not isinstance(sent, Mapping):
            self.open |= {one["visit"]: one["step"] for one in sent}
        if "ledger" in said:
            # An application of an older program has been counted for the first time.
            self.ledger = ledger_said(said["ledger"])
            self.open = {one["visit"]: one["step"] for one in said["open"]}

    def _application(self, due_fact: str | None) -> Application:
        """As much of it as the clock asks for."""
        at = self.ledger[0].since if self.ledger else _NEVER
        application_id = self.ledger[0].application_id if self.ledger else 0
        facts = {due_fact: self.due_in_log} if due_fact is not None and self.due_in_log is not None else {}
        return Application(
            id=application_id, number="", tracking_code="", service="", workflow=self.workflow, step="", version=0,
            visit_count=0, entry_count=0, chain_head=GENESIS, submitted_at=at, changed_at=at, facts=facts,
            calendar=self.calendar,
        )  # fmt: skip


def same_ledger(one: Sequence[Interval], other: Sequence[Interval]) -> bool:
    """Whether two ledgers say the same, whatever application they belong to."""
    return [replace(each, application_id=0) for each in one] == [replace(each, application_id=0) for each in other]
