"""One transaction of the office, and the only pen: a decision, its entries and its hand-off are written together.

Whatever changes an application is a ``Move`` given to ``record``; nothing else in the program inserts an entry,
touches a visit or advances an application.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from routing.domain.application import Application, Particulars
from routing.domain.attachment import Attachment
from routing.domain.decision import Decision
from routing.domain.errors import UnknownApplication, UnknownPerson
from routing.domain.hand_offs import HandOff, Ring
from routing.domain.ledger import Interval
from routing.domain.move import Move
from routing.domain.people import Person
from routing.domain.recounting import Recount
from routing.domain.standing import Standing
from routing.domain.state_machine import RuleBook
from routing.domain.time_passing import Passing, is_pending, takes_words
from routing.domain.visits import Visit
from routing.storage import applications, attachments, audit_log, ledgers, people, recounts, stroke, visits
from routing.storage.api_tokens import TokenBook
from routing.storage.calendars import CalendarBook
from routing.storage.clock_rounds import ClockRounds
from routing.storage.entry_index import EntryIndex
from routing.storage.forecasts import ForecastBook
from routing.storage.kept_answers import KeptAnswers
from routing.storage.log_reads import ReadsBook
from routing.storage.office_log import OfficeLog
from routing.storage.people import PeopleBook
from routing.storage.personal_data import PersonalBook
from routing.storage.quotas import QuotaBook
from routing.storage.sealed_log import SealedLog
from routing.storage.straight import ask
from routing.storage.workflow_versions import Publishing
from routing.vault.personal_data import Vault


class Transaction:
    """Open books. Everything written through it is committed together or not at all."""

    def __init__(self, connection: Connection, vault: Callable[[Connection], Vault] | None = None) -> None:
        """``vault``: opens it when it is first needed; absent: nothing personal is read or written here."""
        self._connection = connection
        self.personal = PersonalBook(connection, vault)
        self.people = PeopleBook(connection)
        self.published = Publishing(connection)
        self.tokens = TokenBook(connection)
        self.answers = KeptAnswers(connection)
        self.quotas = QuotaBook(connection)
        self.calendars = CalendarBook(connection)
        self.rounds = ClockRounds(connection)
        self.forecasts = ForecastBook(connection)
        self.office_log = OfficeLog(connection)
        self.sealed_log = SealedLog(connection)
        self.entry_index = EntryIndex(connection)
        self.reads = ReadsBook(connection, self.office_log.append)
        #: whether documents were sent on their way, so that the bell is rung after the commit
        self.has_sent = False
        #: whether a queue looks different now
        self.has_arrived = False
        #: what has been written so far
        self.recorded: list[Move] = []
        #: ids of applications to which time had brought something that is written here
        self.caught_up: list[int] = []

    def application(self, number: str) -> Application:
        """The application, locked until the commit. Raises UnknownApplication."""
        found = applications.load_locked_with_number(self._connection, number)
        if found is None:
            raise UnknownApplication(number=number)
        return found

    def to_decide(self, number: str, *, person_id: int) -> tuple[Application, list[Visit], list[Interval], Person]:
        """What a decision is made from, in one round trip: the application, its open visits, its ledger, the person.

        Locked as ``application`` and ``people.with_id`` lock. Raises UnknownApplication, UnknownPerson.
        """
        of_application, of_person = {"number": number}, {"id": person_id}
        found, open_visits, ledger, _, of_person_now = ask(
            self._connection,
            (applications.LOCK_BY_NUMBER, of_application),
            (visits.OPEN_OF_NUMBER, of_application),
            (ledgers.OF_NUMBER, of_application),
            (people.LOCK_BY_ID, of_person),
            (people.BY_ID, of_person),
        )
        person = people.from_rows(of_person_now)
        if not found:
            raise UnknownApplication(number=number)
        if person is None:
            raise UnknownPerson(person=person_id)
        return (
            applications.from_row(found[0]),
            [visits.from_row(row) for row in open_visits],
            [ledgers.from_row(row) for row in ledger],
            person,
        )

    def to_deliver(self, ids: Sequence[int]) -> tuple[list[Application], list[Visit]]:
        """These applications, locked in the order of their ids, and their open visits; unknown ids are left out."""
        wanted = sorted(set(ids))
        if self._connection.dialect.name != "postgresql":
            return self.applications(wanted), self.open_visits(*wanted)
        values = {"ids": wanted}
        found, open_visits = ask(self._connection, (applications.LOCK_THESE, values), (visits.OPEN_OF_THESE, values))
        return [applications.from_row(row) for row in found], [visits.from_row(row) for row in open_visits]

    def applications(self, ids: Sequence[int]) -> list[Application]:
        """These applications, locked in the order of their ids; unknown ids are left out."""
        return applications.load_locked(self._connection, sorted(set(ids)))

    def free_applications(self, ids: Sequence[int]) -> list[Application]:
        """The same without those that somebody else has locked."""
        return applications.load_free(self._connection, sorted(set(ids)))

    def applications_numbered(self, numbers: Sequence[str]) -> list[Application]:
        """These applications, locked in the order of their ids; unknown numbers are left out."""
        return applications.load_locked_by_number(self._connection, sorted(set(numbers)))

    def open_elsewhere(self, service: str, *, version: str, after: int = 0, most: int) -> list[tuple[int, str]]:
        """Id and number of the service's open applications that follow another version, by id; not locked."""
        return applications.open_elsewhere(self._connection, service, version=version, after=after, most=most)

    def counted_by(
        self, calendar: str | None, *, after: int, most: int, waits: bool, locked: bool = True
    ) -> list[Application]:
        """Open applications counted by this calendar (None: never counted), behind that id; see ``recounts.behind``."""
        return recounts.behind(self._connection, calendar, after=after, most=most, waits=waits, locked=locked)

    def submitted_as(self, key: str) -> Application | None:
        """The application that was submitted under this key."""
        return applications.with_key(self._connection, key)

    def open_visits(self, *application_ids: int) -> list[Visit]:
        """The open visits of these (locked) applications."""
        return visits.load_open(self._connection, application_ids)

    def open_visits_of(self, application_ids: Sequence[int]) -> dict[int, list[Visit]]:
        """The open visits of these (locked) applications, by the applications' ids."""
        found: dict[int, list[Visit]] = {one: [] for one in application_ids}
        for visit in visits.load_open_of_many(self._connection, application_ids):
            found[visit.application_id].append(visit)
        return found

    def ledger(self, application: Application) -> list[Interval]:
        """When the promise of this (locked) application ran and stood still."""
        return self.ledgers(application.id)[application.id]

    def ledgers(self, *application_ids: int) -> dict[int, list[Interval]]:
        """The same of several, by their ids."""
        return ledgers.load(self._connection, application_ids)

    def notices_given(self, *application_ids: int) -> dict[int, set[tuple[str, str, datetime, str]]]:
        """What somebody has been told of these (locked) applications, by their ids: about, level, due, addressee."""
        return ledgers.given(self._connection, application_ids)

    def up_to_date(
        self,
        book: RuleBook,
        application: Application,
        open_visits: Sequence[Visit],
        ledger: Sequence[Interval] | None = None,
        *,
        at: datetime,
        by_hand: Decision | None = None,
    ) -> Standing:
        """This (locked) application as it stands, after whatever time has brought and nobody has noticed is written.

        Nothing is read for it where nothing can be pending; ``ledger`` is read only then, unless it is given.
        ``by_hand``: see ``Passing``.
        """
        if not is_pending(application, open_visits, at):
            return Standing(application, open_visits, ledger or ())
        seen = Standing(application, open_visits, self.ledger(application) if ledger is None else ledger)
        words = takes_words(book, application, open_visits, at)
        passing = Passing(
            book,
            application,
            open_visits,
            ledger=seen.ledger,
            given=self.notices_given(application.id)[application.id],
            at=at,
            digest_key=self.digest_key(application) if words and application.erased_at is None else b"",
            past=self.closed_visits(application) if words else (),
            by_hand=by_hand,
        )
        moves = list(passing.moves())
        for move in moves:
            self.record(move)
        if not moves:
            return seen
        self.caught_up.append(application.id)
        return passing.standing(seen)

    def who_applies(self, application: Application) -> Particulars | None:
        """Who applies; None for an imported case and an erased one."""
        return self.personal.who_applies(application.id)

    def digest_key(self, application: Application) -> bytes:
        """What keys the digests of its free text; empty where it has been destroyed, which ends all decisions."""
        key = self.personal.key_of(application.id)
        return key.digest if key is not None else b""

    def closed_visits(self, application: Application) -> list[Visit]:
        """The visits of this (locked) application that are over, in their order."""
        return visits.load_closed(self._connection, application.id)

    def attachments(self, application: Application) -> list[Attachment]:
        """Its papers so far, in the order in which they were attached."""
        return attachments.load(self._connection, application.id)

    def names_paper(self, sha256: str) -> bool:
        """Whether some application has a paper with this content."""
        return attachments.is_named(self._connection, sha256)

    def record(self, move: Move, *, submission_key: str | None = None) -> None:
        """Writes a move: the application, its visits, its entries and what stands beside them."""
        self.record_all([move], {move.after.id: submission_key} if submission_key is not None else {})

    def record_all(self, moves: Sequence[Move], submission_keys: Mapping[int, str] | None = None) -> None:
        """Writes moves in this order, each table in one go; ``submission_keys``: of new applications, by their id."""
        if all(stroke.fits(self._connection, move) for move in moves):
            stroke.write(self._connection, moves)
        else:
            self._write_all(moves, submission_keys or {})
        changes = [(move.before, move.after) for move in moves if move.before is not None]
        applications.update_facts(self._connection, changes)
        applications.update_workflows(self._connection, changes)
        ledgers.write(self._connection, moves)
        visits.update_places(self._connection, [visit for move in moves for visit in _gone_over(move)])
        for move in moves:
            if move.note is not None:
                self.personal.keep_note(move.after.id, move.note.seq, move.note.text)
            if move.answer is not None:
                self.personal.keep_answer(move.after.id, move.answer, move.at)
            if move.erases:
                self.personal.erase(move.after.id, move.at)
        self._remember(moves)

    def record_recounts(self, counted: Sequence[Recount]) -> None:
        """Writes what a recount moved; of what it did not only the calendar, which is bookkeeping and no move."""
        moves = [one.move for one in counted if one.move is not None]
        unmoved = [one.after for one in counted if one.move is None]
        if moves and self._connection.dialect.name == "postgresql":
            recounts.write(self._connection, moves)
            ledgers.begin(self._connection, [one for move in moves for one in move.intervals])
            self.recorded += moves
            self.has_arrived = True
        elif moves:
            self.record_all(moves)
        if unmoved:
            recounts.keep(self._connection, unmoved)

    def waiting_for_a_ring(self, *, now: datetime, most: int) -> tuple[list[HandOff], list[HandOff]]:
        """Hand-offs nobody has rung for, or in vain, and visits whose program's turn has come.

        Locked, those of other relays skipped.
        """
        return visits.to_ring(self._connection, now=now, most=most)

    def mark_rung(self, rings: Sequence[Ring]) -> None:
        """Remembers the rings that are about to be sent."""
        visits.mark_rung(self._connection, rings)

    def put_off_programs(self, rung: Sequence[HandOff], again_at: datetime) -> None:
        """Remembers that these have been rung for."""
        visits.put_off(self._connection, rung, again_at)

    def keep_attempt(self, visit: Visit) -> None:
        """What the program of a desk came to so far: bookkeeping at a visit of a locked application, no move."""
        visits.update(self._connection, [visit])
        self.has_sent = True

    def take_back_rings(self, messages: Sequence[str]) -> None:
        """Forgets rings whose messages could not be sent."""
        visits.take_back_rings(self._connection, messages)

    def ring_all_again(self) -> int:
        """Forgets every ring that has not been answered."""
        return visits.ring_all_again(self._connection)

    def _write_all(self, moves: Sequence[Move], keys: Mapping[int, str]) -> None:
        begun = [move for move in moves if move.before is None]
        changes = [(move.before, move.after) for move in moves if move.before is not None]
        new = [visit for move in moves for visit in move.visits if visit.no > _known(move)]
        changed = [visit for move in moves for visit in move.visits if visit.no <= _known(move)]
        entries = [entry for move in moves for entry in move.entries]
        applications.insert(self._connection, [(move.after, keys.get(move.after.id)) for move in begun])
        self.personal.open_for([(move.after.id, move.digest_key or b"", move.particulars) for move in begun])
        applications.update(self._connection, changes)
        visits.update(self._connection, changed)
        visits.insert(self._connection, new)
        audit_log.append(self._connection, entries)
        attachments.insert(self._connection, [one for move in moves for one in move.attachments])
        applications.update_papers(self._connection, [move.after for move in moves if _brings_papers(move)])

    def _remember(self, moves: Sequence[Move]) -> None:
        self.recorded += moves
        self.has_sent = self.has_sent or any(move.sends for move in moves)
        self.has_arrived = self.has_arrived or any(not move.sends for move in moves)


def _brings_papers(move: Move) -> bool:
    return move.before is not None and move.after.papers != move.before.papers


def _known(move: Move) -> int:
    return move.before.visit_count if move.before is not None else 0


def _gone_over(move: Move) -> list[Visit]:
    """The known visits of an application that follows another version from now on."""
    if move.before is None or move.before.workflow == move.after.workflow:
        return []
    return [visit for visit in move.visits if visit.no <= _known(move)]
