"""The office: its database, the published workflows, the clock and the bell - the one thing an action needs."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.catalogue.public_holidays import first_calendar
from routing.domain.application import Application, Identity
from routing.domain.checkpoints import VerifierKey
from routing.domain.errors import Fault, Refusal, UnknownService
from routing.domain.identifiers import application_number, tracking_code
from routing.domain.log_receipts import KEY_NAME, RECEIPT_KEY, receipt_of
from routing.domain.move import Move
from routing.domain.receipts import Once, Receipt, receipt, receipt_from
from routing.domain.state_machine import RuleBook
from routing.domain.workflow import Workflow
from routing.domain.working_calendar import WorkingCalendar
from routing.formats.paper_kinds import PaperInspection
from routing.settings import Settings
from routing.storage.bell import Bell, InProcessBell, PostgresBell, Topic
from routing.storage.database import AlreadyWritten, Database, Reader
from routing.storage.master_keys import has_master_key, open_vault, set_up_vault
from routing.storage.transaction import Transaction
from routing.telemetry import tell_of_moves
from routing.vault.log_key import make_signing_key, read_signing_key
from routing.vault.paper_store import PaperStore
from routing.vault.personal_data import Vault

_log = logging.getLogger(__name__)

#: How many years to come the first calendar holds, most of them estimated.
_YEARS_AHEAD = 10


def wall_clock() -> datetime:
    """The moment it is."""
    return datetime.now(UTC)


class Office:
    """Open for business; close it after use."""

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self.settings = settings
        self.database = Database(settings.database)
        self.bell: Bell = InProcessBell() if self.database.is_sqlite else PostgresBell(self.database.url)
        self.time_zone = ZoneInfo(settings.time_zone)
        #: the attached papers, and who looks at them before they are taken
        self.papers = PaperStore(settings.papers_folder)
        self.paper_inspection = PaperInspection()
        self._clock = clock
        #: for those who do something again and again
        self.closed = threading.Event()
        self._vault: Vault | None = None
        self._receipt_key: Ed25519PrivateKey | None = None
        self._books: dict[str, RuleBook] = {}
        self._books_lock = threading.Lock()
        self._calendars: dict[str, WorkingCalendar] = {}
        #: each is told of the moves of every transaction, after its commit
        self.watchers: list[Callable[[Sequence[Move]], None]] = []

    def now(self) -> datetime:
        """The one office clock, in the office's time zone: what day it is depends on where one asks."""
        return self._clock().astimezone(self.time_zone)

    @contextmanager
    def transaction(self, *, though_halted: bool = False) -> Iterator[Transaction]:
        """The books, open for writing; rings the bell after the commit. Raises what the database is halted by.

        What time had brought is written even where what was wanted on top of it is refused.
        """
        began = time.perf_counter()
        caught_up: list[int] = []
        try:
            with self.database.writing(though_halted=though_halted) as connection:
                transaction = Transaction(connection, self.vault)
                caught_up = transaction.caught_up
                yield transaction
        except Refusal:
            try:
                self._catch_up(caught_up)
            except Fault:
                # Whoever was refused is told why; the clock's next round brings what this could not.
                _log.exception("what time has brought could not be written", extra={"action": "catch-up"})
            raise
        if transaction.recorded:
            tell_of_moves(transaction.recorded, time.perf_counter() - began)
            for watcher in self.watchers:
                watcher(transaction.recorded)
        if transaction.has_sent:
            self.bell.ring(Topic.SENT)
        if transaction.has_arrived:
            self.bell.ring(Topic.ARRIVED)

    def only_once(self, once: Once, act: Callable[[Transaction], Application]) -> Receipt:
        """The receipt of the act; of the one done already under this key, if there is one.

        The answer is kept in the transaction of what it tells of, so that neither can be there without the other. An
        act that is refused keeps none. Raises IdempotencyKeyReused and what the act raises.
        """
        # Before the books are opened: a new office's first one is written into the log.
        key = self.receipt_key()

        def answer(tx: Transaction) -> str:
            after = act(tx)
            told = receipt_of(after.number, [one for move in tx.recorded for one in move.entries], key)
            return receipt(after, tx.open_visits(after.id), told.text if told is not None else None).text

        with suppress(AlreadyWritten):
            return receipt_from(self.answered_once(once, answer))
        # Two with one key at the same moment: the other was first, and its answer is there by now.
        return receipt_from(self.answered_once(once, answer))

    def answered_once(self, once: Once, act: Callable[[Transaction], str]) -> str:
        """As ``only_once``, for an act with an answer of its own. Raises AlreadyWritten for the second of two."""
        with self.transaction() as tx:
            earlier = tx.answers.earlier(once)
            if earlier is not None:
                return earlier
            # The key is taken before anything else, so that whoever brings the same one waits here.
            tx.answers.take_key(once, self.now())
            answer = act(tx)
            tx.answers.keep(once, answer)
            return answer

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """The books, open for reading."""
        with self.database.reading() as connection:
            yield connection

    def set_up_vault(self) -> bool:
        """Gives a new database its master key, or makes sure that its own is there; True: a new one was made.

        Raises MasterKeyUnusable.
        """
        with self.reading() as connection:
            if has_master_key(connection):
                self.vault(connection)
                return False
        try:
            with self.database.writing() as connection:
                return set_up_vault(connection, self.settings.master_key)
        except AlreadyWritten:
            # Another process was setting up at the same moment.
            return False

    def set_up_calendar(self) -> bool:
        """Gives a new office its first working calendar, and one that has moved its time zone; True: one was made."""
        zone = self.settings.time_zone
        try:
            with self.transaction() as tx:
                now, known = self.now(), tx.calendars.in_force()
                if known is None:
                    made, reason = first_calendar(zone, last_year=now.year + _YEARS_AHEAD), "The office begins."
                else:
                    before = self.calendar(known, tx)
                    if before.zone == zone:
                        return False
                    made = before.edited(number=before.number + 1, zone=zone)
                    reason = f"The office's time zone is {zone} now, and was {before.zone}."
                tx.calendars.add(made, by="satuatap", at=now, reason=reason)
                return True
        except AlreadyWritten:
            # Another process was setting up at the same moment.
            return False

    def calendar(self, content_hash: str | None = None, tx: Transaction | None = None) -> WorkingCalendar:
        """A version of the working calendar; None: the one in force. Read once and kept, since a version never changes.

        ``tx``: the open transaction, whose connection is then used.
        """
        if content_hash is not None and content_hash in self._calendars:
            return self._calendars[content_hash]
        if tx is None:
            with self.reading() as connection:
                return self.calendar(content_hash, Transaction(connection))
        wanted = content_hash or tx.calendars.in_force()
        if wanted is None:
            message = "The office has no working calendar; satuatap migrate makes the first."
            raise Fault(message)
        if wanted not in self._calendars:
            document = tx.calendars.document(wanted)
            if document is None:
                message = f"Calendar version {wanted} is not in the database."
                raise Fault(message)
            self._calendars[wanted] = WorkingCalendar.model_validate_json(document)
        return self._calendars[wanted]

    def vault(self, connection: Reader) -> Vault:
        """What opens personal data; ``connection``: the one at hand. Raises MasterKeyUnusable.

        Opened when it is first needed: whoever only carries documents needs no key.
        """
        if self._vault is None:
            self._vault = open_vault(connection, self.settings.master_key)
        return self._vault

    def receipt_key(self) -> Ed25519PrivateKey:
        """What signs the receipts of entries; made, and made known in the log, when it is first needed.

        The log's own key is the sequencer's alone, so this is another one. Raises LogKeyUnusable.
        """
        if self._receipt_key is None:
            make_signing_key(self.settings.receipt_key)
            made = read_signing_key(self.settings.receipt_key)
            text = VerifierKey.of(KEY_NAME, made).text
            with self.reading() as connection:
                is_known = _names_receipt_key(Transaction(connection), text)
            if not is_known:
                with self.transaction() as tx:
                    # Of two processes that start at once, one makes it known.
                    if not _names_receipt_key(tx, text):
                        tx.office_log.append(kind=RECEIPT_KEY, actor="satuatap", at=self.now(), facts={"key": text})
            self._receipt_key = made
        return self._receipt_key

    def rule_book(self, content_hash: str, tx: Transaction | None = None) -> RuleBook:
        """The state machine of a workflow version; built once and kept, since a version never changes.

        ``tx``: the open transaction, whose connection is then used; asking for a second one could wait for itself.
        """
        book = self._books.get(content_hash)
        if book is None:
            if tx is not None:
                document = tx.published.document(content_hash)
            else:
                with self.reading() as connection:
                    document = Transaction(connection).published.document(content_hash)
            if document is None:
                message = f"Workflow version {content_hash} is not in the database."
                raise Fault(message)
            with self._books_lock:
                book = self._books.setdefault(content_hash, RuleBook(Workflow.model_validate_json(document)))
        return book

    def book_of(self, application: Application, tx: Transaction) -> RuleBook:
        """The rules of an application: its version of the route, its days counted by its version of the calendar."""
        return self.rule_book(application.workflow, tx).counted_by(self.calendar(application.calendar, tx))

    def book_in_force(self, service: str) -> RuleBook:
        """The rules of the version in force, by the calendar in force. Raises UnknownService."""
        with self.reading() as connection:
            in_force = Transaction(connection).published.in_force()
        if service not in in_force:
            raise UnknownService(service=service, known=", ".join(sorted(in_force)) or "-")
        return self.rule_book(in_force[service]).counted_by(self.calendar())

    def new_identity(
        self, service: str, counted: int, at: datetime, *, applicant_index: bytes | None = None
    ) -> Identity:
        """What makes the service's ``counted``-th application itself: id, number, tracking code, digest key."""
        # 63 bits that grow with time: milliseconds since 1970 and 20 random bits.
        milliseconds = int(self.now().timestamp() * 1000)
        return Identity(
            id=(milliseconds << 20) | secrets.randbits(20),
            number=application_number(service, at.astimezone(self.time_zone).year, counted),
            tracking_code=tracking_code(secrets.randbits(40)),
            digest_key=secrets.token_bytes(32),
            applicant_index=applicant_index,
        )

    def _catch_up(self, ids: Sequence[int]) -> None:
        """Writes what time has brought to these."""
        if not ids:
            return
        with self.transaction() as tx:
            for application in tx.applications(ids):
                book, open_visits = self.book_of(application, tx), tx.open_visits(application.id)
                tx.up_to_date(book, application, open_visits, at=self.now())

    def close(self) -> None:
        """Lets go of the database and wakes who listens."""
        self.closed.set()
        self.bell.close()
        self.database.close()


def _names_receipt_key(tx: Transaction, text: str) -> bool:
    return any(entry.said.get("key") == text for entry in tx.office_log.of_kind(RECEIPT_KEY))
