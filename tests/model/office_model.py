"""The office as somebody would explain it on one page, walked beside the real one by Hypothesis.

The model knows steps, who sits where, and that messages may be lost, doubled and late. It is written without looking
at the engine: whatever the two do not agree upon is a mistake in one of them.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from routing.actions.claim import claim
from routing.actions.deliver import deliver
from routing.actions.ring import Message, collect_rings
from routing.actions.withdraw import withdraw
from routing.domain.application import Application
from routing.domain.errors import (
    ApplicationEnded,
    DecisionNotPossible,
    HeldByAnother,
    NotAllowed,
    Refusal,
    StaleVersion,
    StillOnItsWay,
)
from routing.domain.people import Person
from routing.office import Office
from routing.reading.hand_offs import hand_offs_on_their_way
from routing.settings import Settings
from routing.storage.tables import applications, audit_entries, visits
from tests.clock import Clock
from tests.databases import write_master_key
from tests.domain.people_of_the_mall import BUDI, DEWI, IDA, OMAR, RATNA, SARI, WAYAN, person
from tests.mall import Mall
from tests.sound_books import require_sound

KADEK = person("kadek", "verifier", "verifikasi")
OFFICERS = (OMAR, KADEK, SARI, WAYAN, RATNA, DEWI, BUDI, IDA)
#: step -> who decides there, and what leads where; None: back to where it came from
ROUTE: dict[str, tuple[tuple[Person, ...], dict[str, str | None]]] = {
    "verify": ((OMAR, KADEK), {"forward": "recommend", "return": "repair"}),
    "recommend": ((SARI,), {"recommend": "number", "return": "repair"}),
    "number": ((WAYAN,), {"forward": "sign"}),
    "sign": ((RATNA,), {"sign": "check"}),
    "check": ((DEWI,), {"forward": "hand-over"}),
    "hand-over": ((BUDI,), {"hand-over": "granted"}),
    "repair": ((IDA,), {"resubmit": None, "withdraw": "withdrawn"}),
}
WORDS = sorted({word for _, leads in ROUTE.values() for word in leads})
CAN_BE_WITHDRAWN = {"verify", "recommend", "number", "repair"}


@dataclass
class Document:
    """What the model knows of an application."""

    number: str
    id: int
    step: str = "verify"
    origin: str | None = None
    version: int = 1
    entries: int = 2
    visit: int = 2
    has_arrived: bool = False
    holder: Person | None = None

    @property
    def is_open(self) -> bool:
        return self.step in ROUTE

    def changes(self, *, entries: int = 1) -> None:
        self.version += 1
        self.entries += entries

    def goes_to(self, step: str) -> None:
        self.origin = self.step if step == "repair" else None
        self.step, self.holder, self.has_arrived = step, None, False
        self.visit += self.is_open


class OfficeMachine(RuleBasedStateMachine):
    """Any order of anything; after every step the books are in order."""

    #: a migrated SQLite file, to begin with
    template: Path
    #: an engine that does not look at it is a broken one
    gives_seen_version = True

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="model-"))
        shutil.copy(self.template, self.folder / "satuatap.db")
        write_master_key(self.folder)
        settings = Settings(data=self.folder)
        self.clock = Clock()
        self.office = Office(settings, clock=self.clock)
        self.mall = Mall(self.office, self.clock)
        self.mall.hires(KADEK)
        self.documents: list[Document] = []
        self.broker: list[Message] = []

    @initialize()
    def opens(self) -> None:
        self.registers()

    @precondition(lambda self: len(self.documents) < 4)
    @rule()
    def registers(self) -> None:
        application = self.mall.registers()
        self.documents.append(Document(number=application.number, id=application.id))

    @rule(seconds=st.sampled_from([1, 11, 100, 3_700]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @rule()
    def relay_rings(self) -> None:
        self.broker += collect_rings(self.office)

    @precondition(lambda self: self.broker)
    @rule(which=st.integers(0, 99), again=st.booleans())
    def a_message_is_delivered(self, which: int, again: bool) -> None:
        """Any of them, in any order; ``again``: it stays at the broker and comes a second time."""
        message = self.broker[which % len(self.broker)]
        if not again:
            self.broker.remove(message)
        arrived = deliver(self.office, message.hand_offs)
        due = [
            one
            for one in self.documents
            if one.is_open and not one.has_arrived and (one.id, one.visit) in message.hand_offs
        ]
        assert arrived == len(due)
        for document in due:
            document.has_arrived = True
            document.changes()

    @precondition(lambda self: self.broker)
    @rule()
    def the_broker_forgets_everything(self) -> None:
        self.broker.clear()

    @rule(which=st.integers(0, 99), officer=st.sampled_from(OFFICERS))
    def somebody_takes_it(self, which: int, officer: Person) -> None:
        document = self._document(which)
        if not document.is_open:
            return
        refusal = self._why_not_here(document, officer)
        self._does(
            lambda: claim(self.office, document.number, visit=document.visit, person_id=self.mall.id_of(officer)),
            refusal,
        )
        if refusal is None and document.holder is None:
            document.holder = officer
            document.changes()

    @rule(
        which=st.integers(0, 99),
        officer=st.sampled_from(OFFICERS),
        decision=st.sampled_from(WORDS),
        is_right=st.sampled_from([True, True, True, False]),
        behind=st.sampled_from([0, 0, 0, 1]),
    )
    def somebody_decides(self, which: int, officer: Person, decision: str, is_right: bool, behind: int) -> None:
        """Mostly something that could be said there by somebody who could say it, otherwise anything.

        ``behind``: how many versions ago they opened the page.
        """
        document = self._document(which)
        if is_right and document.is_open:
            people, leads = ROUTE[document.step]
            officer = officer if officer in people else people[0]
            decision = decision if decision in leads else next(iter(leads))
        seen = document.version - behind
        refusal = self._why_not(document, officer, decision, seen)
        returns = decision == "return"
        self._does(
            lambda: self.mall.decides(
                self.mall.application(document.number),
                officer,
                decision,
                reason="Foto buram" if returns else "",
                requirements=("photo",) if returns else (),
                seen_version=seen if self.gives_seen_version else None,
            ),
            refusal,
        )
        if refusal is None:
            target = ROUTE[document.step][1][decision] or document.origin
            assert target is not None
            document.goes_to(target)
            document.changes()

    @rule(which=st.integers(0, 99))
    def the_applicant_withdraws(self, which: int) -> None:
        document = self._document(which)
        refusal: type[Refusal] | None = None
        if not document.is_open:
            refusal = ApplicationEnded
        elif document.step not in CAN_BE_WITHDRAWN:
            refusal = DecisionNotPossible
        self._does(
            lambda: withdraw(
                self.office,
                document.number,
                desk="loket-pendaftaran",
                reason="",
                person_id=self.mall.id_of(IDA),
            ),
            refusal,
        )
        if refusal is None:
            document.step = "withdrawn"
            document.changes(entries=2)

    @invariant()
    def the_books_say_what_happened(self) -> None:
        with self.office.reading() as connection:
            rows = {row.number: row for row in connection.execute(sa.select(applications))}
            seqs = connection.execute(
                sa.select(audit_entries.c.application_id, audit_entries.c.seq).order_by(*audit_entries.primary_key)
            ).all()
            open_visits = connection.execute(sa.select(visits).where(visits.c.closed_at.is_(None))).all()
        assert rows.keys() == {document.number for document in self.documents}
        for document in self.documents:
            row = rows[document.number]
            assert (row.step, row.version, row.entry_count) == (document.step, document.version, document.entries)
            assert (row.outcome is None) == document.is_open
            assert [seq for owner, seq in seqs if owner == document.id] == list(range(1, document.entries + 1))
            here = [visit for visit in open_visits if visit.application_id == document.id]
            assert [(visit.no, visit.arrived_at is not None, visit.holder) for visit in here] == (
                [(document.visit, document.has_arrived, document.holder.code if document.holder else None)]
                if document.is_open
                else []
            )
        require_sound(self.office)

    def teardown(self) -> None:
        """Whatever the broker lost: the relay's sweep alone brings every document to its desk."""
        try:
            self.broker.clear()
            for _ in range(3):
                self.clock.advance(timedelta(hours=2))
                self.mall.carries()
            assert hand_offs_on_their_way(self.office).count == 0
            with self.office.reading() as connection:
                stuck = connection.execute(
                    sa.select(visits).where(visits.c.closed_at.is_(None), visits.c.arrived_at.is_(None))
                ).all()
            assert stuck == []
        finally:
            self.office.close()
            shutil.rmtree(self.folder)

    def _document(self, which: int) -> Document:
        return self.documents[which % len(self.documents)]

    def _why_not(self, document: Document, officer: Person, decision: str, seen: int) -> type[Refusal] | None:
        if not document.is_open:
            return ApplicationEnded
        if seen != document.version:
            return StaleVersion
        refusal = self._why_not_here(document, officer)
        if refusal is None and decision not in ROUTE[document.step][1]:
            return DecisionNotPossible
        return refusal

    def _why_not_here(self, document: Document, officer: Person) -> type[Refusal] | None:
        if officer not in ROUTE[document.step][0]:
            return NotAllowed
        if not document.has_arrived:
            return StillOnItsWay
        if document.holder not in (None, officer):
            return HeldByAnother
        return None

    def _does(self, act: Callable[[], Application], refusal: type[Refusal] | None) -> None:
        said: Refusal | None = None
        try:
            act()
        except Refusal as no:
            said = no
        told = type(said) if said is not None else None
        assert told is refusal, f"the model says {refusal}, the engine {said!r}"
