"""The people who recur in the tests, and a document that walks: the pure domain with a given clock."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Self

from routing.domain.application import Application, Identity, Particulars, Submission
from routing.domain.audit_chain import Entry, first_break
from routing.domain.clock_from_log import clock_from_log, same_ledger
from routing.domain.decision import Decision
from routing.domain.defects import Defect
from routing.domain.fields import Fact
from routing.domain.handing_in import hand_in
from routing.domain.intake import submit
from routing.domain.ledger import Interval
from routing.domain.marks import Mark
from routing.domain.move import Move
from routing.domain.moves import decide
from routing.domain.notices import Notice
from routing.domain.people import AUDITOR, Assignment, Person
from routing.domain.promise_clock import Dues
from routing.domain.recounting import Recount, recount
from routing.domain.resumption import resume
from routing.domain.state_from_log import differences, state_from_log
from routing.domain.state_machine import RuleBook
from routing.domain.stays import arrive, claim
from routing.domain.time_passing import Passing
from routing.domain.visits import Visit
from routing.domain.withdrawal import withdraw
from routing.domain.workflow import Workflow
from routing.domain.working_calendar import WorkingCalendar
from tests.calendars import counted, indonesia

#: Monday, 2 March 2026, eight o'clock in Batu.
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LAST_YEAR = MORNING - timedelta(days=365)
KEY = bytes(range(32))
ALL_PAPERS = ("form", "id-card", "registration", "practice-place", "photo")


def person(code: str, role: str, desk: str | None) -> Person:
    held = Assignment(role=role, desk=desk, since=LAST_YEAR)
    return Person(id=sum(code.encode()), code=code, name=code.capitalize(), assignments=(held,))


IDA = person("ida", "front-desk", "loket-pendaftaran")
OMAR = person("omar", "verifier", "verifikasi")
SARI = person("sari", "technical-officer", "dinas-kesehatan")
WAYAN = person("wayan", "licensing-analyst", "penomoran")
RATNA = person("ratna", "head-of-office", "kepala-dinas")
DEWI = person("dewi", "back-office", "pengecekan-sk")
BUDI = person("budi", "hand-over-officer", "loket-penyerahan")
AGUS = person("agus", AUDITOR, None)
YUDI = person("yudi", "back-office", "jadwal-survei")
DEDI = person("dedi", "technical-officer", "pupr")
TINI = person("tini", "technical-officer", "dishub")
JOKO = person("joko", "technical-officer", "bapenda")
PUTU = person("putu", "technical-officer", "satpol-pp")
LINA = person("lina", "team-coordinator", "koordinator-tim")
EKO = person("eko", "treasurer", "loket-pembayaran")
NIA = person("nia", "oss-assistant", "asistensi-oss")
ADIT = person("adit", "oss-assistant", "sistem-oss")
#: Those of them who sit where a doctor's permit does not go.
OF_OTHER_SERVICES = (YUDI, DEDI, TINI, JOKO, PUTU, LINA, EKO, NIA, ADIT)


class Walk:
    """One application on its way, held in memory as storage would hold it."""

    def __init__(
        self,
        workflow: Workflow,
        *,
        by: Person = IDA,
        papers: tuple[str, ...] = ALL_PAPERS,
        decision: str = "accept",
        desk: str = "loket-pendaftaran",
        next_desk: str | None = None,
        facts: Mapping[str, Fact] | None = None,
        channel: str = "counter",
    ) -> None:
        self.books: dict[str, RuleBook] = {}
        self.book = counted(workflow)
        self.calendars = {indonesia().content_hash: indonesia()}
        self.at = MORNING
        self.visits: dict[int, Visit] = {}
        self.entries: list[Entry] = []
        self.intervals: dict[int, Interval] = {}
        self.said: set[tuple[str, str]] = set()
        self.notices: list[Notice] = []
        self.marks: list[Mark] = []
        submission = Submission(
            desk=desk,
            decision=decision,
            next_desk=next_desk,
            papers=papers,
            facts=facts or {},
            channel=channel,
            particulars=Particulars(name="dr. Putu Lestari", nik="3579014107900001"),
        )
        identity = Identity(id=7, number="SIP-2026-000007-4", tracking_code="ABCD-EFGH", digest_key=KEY)
        self.application: Application
        self.last: Move
        self._record(submit(self.book, submission, person=by, identity=identity, at=self.at))

    @property
    def open_visits(self) -> tuple[Visit, ...]:
        return tuple(visit for visit in self.visits.values() if visit.is_open)

    @property
    def ledger(self) -> tuple[Interval, ...]:
        """When the promise ran and stood still."""
        return tuple(self.intervals.values())

    @property
    def where(self) -> tuple[str, ...]:
        """The step, and the desks that have the document."""
        return (self.application.step, *(visit.desk for visit in self.open_visits))

    def arrives(self) -> Self:
        """Whatever is on its way arrives."""
        self.at += timedelta(minutes=1)
        for visit in self.open_visits:
            if not visit.has_arrived:
                self._record(arrive(self.book, self.application, visit, now=self.at))
        return self

    def decides(
        self,
        by: Person,
        decision: str,
        *,
        reason: str = "",
        requirements: tuple[str, ...] = (),
        next_desk: str | None = None,
        seen_version: int | None = None,
        visit: int | None = None,
        reasons: tuple[str, ...] = (),
        defects: tuple[Defect, ...] = (),
        findings: Mapping[str, object] | None = None,
    ) -> Self:
        """The document arrives and, an hour later, somebody decides."""
        self.arrives()
        self.at += timedelta(hours=1)
        said = Decision(
            decision=decision,
            visit=visit,
            reason=reason,
            requirements=requirements,
            reasons=reasons,
            defects=defects,
            findings=findings or {},
            next_desk=next_desk,
            seen_version=seen_version,
        )
        past = [visit for visit in self.visits.values() if not visit.is_open]
        move = decide(
            self.book,
            self.application,
            self.open_visits,
            said,
            person=by,
            at=self.at,
            digest_key=KEY,
            ledger=self.ledger,
            past=past,
        )
        self._record(move)
        self.said.add((move.visits[0].step, decision))
        return self

    def withdrawn(self, by: Person = IDA, *, desk: str = "loket-pendaftaran", reason: str = "") -> Self:
        """The applicant takes the application back at a counter."""
        self.at += timedelta(hours=1)
        move = withdraw(
            self.book,
            self.application,
            self.open_visits,
            ledger=self.ledger,
            desk=desk,
            reason=reason,
            person=by,
            at=self.at,
            digest_key=KEY,
        )
        self._record(move)
        return self

    def resumed(self, by: Person = IDA, *, desk: str | None = None, reason: str = "") -> Self:
        """The application, which was stopped, is taken up again."""
        closed = [visit for visit in self.visits.values() if not visit.is_open]
        move = resume(
            self.book,
            self.application,
            closed,
            ledger=self.ledger,
            desk=desk,
            reason=reason,
            person=by,
            at=self.at,
            digest_key=KEY,
        )
        self._record(move)
        return self

    def the_clock_looks(self, at: datetime) -> Passing:
        """A round of the clock at that moment; what it comes to is recorded, and when it looks next."""
        passing = Passing(
            self.book,
            self.application,
            self.open_visits,
            ledger=self.ledger,
            given={(one.about, one.level, one.due, one.addressee) for one in self.notices},
            at=at,
            digest_key=KEY,
            past=[visit for visit in self.visits.values() if not visit.is_open],
        )
        for move in passing.moves():
            self._record(move)
        wake_at, visits = passing.looks()
        self.application = replace(self.application, wake_at=wake_at)
        for no, warn_at in visits.items():
            self.visits[no] = replace(self.visits[no], warn_at=warn_at)
        return passing

    def becomes_imported(self, case: str) -> None:
        """As if it had come from a log."""
        self.application = replace(self.application, imported_case=case)

    def held_by(self, holder: Person) -> Self:
        """Somebody has taken the document, and keeps it for longer than any walk lasts."""
        self.arrives()
        (visit,) = self.open_visits
        move = claim(self.book, self.application, visit, person=holder, at=self.at, lease=timedelta(days=9999))
        assert move is not None
        self._record(move)
        return self

    def brought(self, *requirements: str, by: Person) -> Self:
        """Papers that were not there yet come in at the desk that has the document."""
        self.held_by(by)
        move = hand_in(self.book, self.application, self.open_visits, requirements, person=by, at=self.at)
        self._record(move)
        return self

    def recounted(self, calendar: WorkingCalendar, *, past: bool = True) -> Recount:
        """The office has another calendar from now on."""
        was = self.calendars.get(self.application.calendar or "")
        self.calendars[calendar.content_hash] = calendar
        self.book = self.book.counted_by(calendar)
        closed = [visit for visit in self.visits.values() if not visit.is_open] if past else []
        counted_anew = recount(
            self.book, self.application, self.open_visits, self.ledger, counted_by=was, past=closed, at=self.at
        )
        if counted_anew.move is not None:
            self._record(counted_anew.move)
        self.application = counted_anew.after
        return counted_anew

    def _record(self, move: Move) -> None:
        """What storage would do, and what must hold of every move."""
        assert move.after.version == (move.before.version if move.before else 0) + 1
        assert [entry.seq for entry in move.entries] == list(range(len(self.entries) + 1, move.after.entry_count + 1))
        self.application, self.last = move.after, move
        self.visits |= {visit.no: visit for visit in move.visits}
        self.entries += move.entries
        self.intervals |= {one.no: one for one in move.intervals}
        self.notices += move.notices
        self.marks += [mark for _, mark in move.marks]
        assert self.application.chain_head == self.entries[-1].hash
        assert self.application.visit_count == max(self.visits)
        assert first_break((entry.seq, entry.body, entry.hash) for entry in self.entries) is None
        assert bool(self.open_visits) == self.application.is_open
        self._is_retold()

    def _is_retold(self) -> None:
        """The log alone tells the same clock."""
        self.books[self.book.workflow.content_hash] = self.book
        retold = clock_from_log(
            (json.loads(entry.body) for entry in self.entries),
            lambda route, calendar: self.books[route].counted_by(self.calendars[calendar]),
        )
        assert same_ledger(retold.ledger, self.ledger)
        assert retold.dues == Dues(promise=self.application.promise_due, legal=self.application.legal_due)
        assert retold.answered_at == self.application.answered_at
        folded = state_from_log(json.loads(entry.body) for entry in self.entries)
        found = differences(folded, self.application, self.book.workflow, self.visits.values())
        assert not found, found
