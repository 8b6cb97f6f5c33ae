"""Orders committed entries into the one Merkle log, and signs its size and root: what the sequencer does.

One leads at a time, and whoever finds another leading does nothing. All is read from the books at each batch, so that
it may be ended between any two. Nothing else holds the log's key, but its rotation.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.domain.checkpoints import Checkpoint, VerifierKey, signed
from routing.domain.errors import Fault
from routing.domain.log_identity import LOG_BEGUN, NAMING, LogIdentity, begun, identity
from routing.domain.merkle_log import Frontier
from routing.domain.sealing import Progress, Seal, Unsealed
from routing.office import Office
from routing.storage.transaction import Transaction
from routing.vault.anchor_files import keep_outside, require_remembered
from routing.vault.log_key import log_key, make_signing_key, read_signing_key

_log = logging.getLogger(__name__)

#: A batch that SQLite is given holds up everybody else who wants to write.
_AT_ONCE = {"postgresql": 10_000, "sqlite": 1_000}
_SWEEP_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one round came to."""

    #: how many entries have become leaves
    leaves: int
    #: the newest seal that was signed; None: it was not time
    seal: Seal | None


def begin_log(office: Office) -> LogIdentity:
    """Who the log is; a new office gets its key, and the log its first entry. Raises LogKeyUnusable."""
    with office.transaction() as tx:
        known = _identity(tx)
        if known is None:
            tx.sealed_log.take_lead(waits=True)
            known = _identity(tx) or _begin(office, tx)
    log_key(office.settings.log_key, known.key)
    return known


def seal(office: Office, *, thorough: bool = False) -> Sealed:
    """Gives every committed entry its leaf, and signs where it is time. Raises LogKeyUnusable, LogForked.

    ``thorough``: looks through all entries, not only those since the last time; it does so by itself once an hour, and
    in a database that was restored.
    """
    with office.reading() as connection:
        _require_remembered(office, Transaction(connection))
    round_ = _Round(office, begin_log(office))
    round_.seal_while_found(lambda tx, most: tx.sealed_log.unsealed_office(most))
    if thorough or round_.must_sweep():
        round_.sweep()
    round_.seal_while_found(_new)
    round_.sign()
    round_.keep_outside()
    return Sealed(round_.leaves, round_.newest)


def sealer(office: Office) -> Callable[[], Sealed]:
    """Seals at each call, at the first and once an hour thoroughly.

    It knows by itself when it did: whoever may do anything in the database could write there for ever that it was just
    now, and an entry that nobody looks for would never be sealed.
    """
    swept_at: datetime | None = None

    def seal_next() -> Sealed:
        nonlocal swept_at
        now = office.now()
        is_due = _is_due(swept_at, now)
        sealed = seal(office, thorough=is_due)
        swept_at = now if is_due else swept_at
        return sealed

    return seal_next


def seal_until(office: Office, stopped: threading.Event) -> None:
    """Round after round until it is told to stop; what stands in its way is said, and it tries again."""
    seal_next, is_troubled = sealer(office), False
    while not stopped.is_set():
        try:
            seal_next()
        except Fault as trouble:
            said = f"{trouble.code}: {trouble}"
            _log.warning("the log is not sealed", extra={"action": "seal", "cause": said})
            is_troubled = True
        else:
            if is_troubled:
                _log.warning("the log is sealed again", extra={"action": "seal"})
            is_troubled = False
        stopped.wait(office.settings.seal_seconds)


class _Round:
    """Batch after batch, each a transaction of its own."""

    def __init__(self, office: Office, log: LogIdentity) -> None:
        self._office, self._log = office, log
        self._most = _AT_ONCE[office.database.name]
        self._is_led_by_another = False
        self.leaves = 0
        self.newest: Seal | None = None

    def seal_while_found(self, find: Callable[[Transaction, int], list[Unsealed]]) -> None:
        """Until a batch is not full, or another leads. One is more than full with what had to come before it."""
        while len(self._batch(find)) >= self._most:
            pass

    def must_sweep(self) -> bool:
        """Whether it is time to look through all entries."""
        with self._office.transaction() as tx:
            progress = tx.sealed_log.progress()
            return _is_due(progress.swept_at, self._office.now()) or tx.sealed_log.is_beyond(progress.mark)

    def sweep(self) -> None:
        """Looks through all entries, in the order of their applications."""
        with self._office.transaction() as tx:
            # Before the first look: all that is over by now, the looks will see.
            mark = tx.sealed_log.over()
        after, is_full = (0, 0), True
        while is_full:
            found = self._batch(lambda tx, most, after=after: tx.sealed_log.stragglers(after, most))  # type: ignore[misc]
            is_full = len(found) == self._most
            after = found[-1][:2] if found else after
        if not self._is_led_by_another:
            with self._office.transaction() as tx:
                tx.sealed_log.keep_progress(Progress(mark, self._office.now()))

    def sign(self) -> None:
        """Signs where it is time."""
        with self._office.transaction() as tx:
            if not self._is_led_by_another and tx.sealed_log.take_lead():
                self.newest = self._sign_if_time(tx, tx.sealed_log.frontier()) or self.newest

    def keep_outside(self) -> None:
        """What was signed and is committed, and what could not be kept outside before."""
        with self._office.reading() as connection:
            books = Transaction(connection)
            keys = (_identity(books) or self._log).keys
            # A row that nobody has signed would lie where nothing can be taken away.
            last = books.sealed_log.last_own_seal(keys[-1:], books.sealed_log.size())
        if last is not None:
            _keep_outside(self._office, last)

    def _batch(self, find: Callable[[Transaction, int], list[Unsealed]]) -> list[Unsealed]:
        with self._office.transaction() as tx:
            if self._is_led_by_another or not tx.sealed_log.take_lead():
                self._is_led_by_another = True
                return []
            found = find(tx, self._most)
            frontier = tx.sealed_log.frontier()
            tx.sealed_log.take_in(frontier, found)
            # What comes after a batch that is not full can be signed together with it.
            signed_now = self._sign_if_time(tx, frontier) if len(found) >= self._most else None
        self.leaves += len(found)
        self.newest = signed_now or self.newest
        if signed_now is not None:
            _keep_outside(self._office, signed_now)
        return found

    def _sign_if_time(self, tx: Transaction, frontier: Frontier) -> Seal | None:
        now, settings = self._office.now(), self._office.settings
        # Read each time: after a rotation in another process it is another one.
        log = _identity(tx) or self._log
        last = tx.sealed_log.last_own_seal((log.key,), frontier.size)
        if frontier.size == (last.size if last else 0):
            return None
        if last is not None:
            waited, grown = (now - last.at).total_seconds(), frontier.size - last.size
            if 0 < grown < settings.checkpoint_entries and waited < settings.checkpoint_seconds:
                return None
        # Once more, where the key is used: the database may have been another one when the round began.
        _require_remembered(self._office, tx)
        checkpoint = Checkpoint(log.origin, frontier.size, frontier.root)
        note = signed(checkpoint, log_key(settings.log_key, log.key))
        made = Seal(size=frontier.size, root=frontier.root, at=now, note=note, key_id=log.key.key_id.hex())
        tx.sealed_log.keep_seal(made)
        return made


def _is_due(swept_at: datetime | None, now: datetime) -> bool:
    # What is yet to come was written there by nobody who swept.
    return swept_at is None or not swept_at <= now < swept_at + _SWEEP_EVERY


def _require_remembered(office: Office, books: Transaction) -> None:
    """Raises LogForked unless the leaves here are still those that were signed from here: no row is asked for that."""
    standing = books.sealed_log.standing(books.office_log.of_kind(*NAMING))
    require_remembered(office.settings.last_checkpoint, standing)


def _keep_outside(office: Office, seal: Seal) -> None:
    settings = office.settings
    keep_outside(seal.note, folder=settings.anchor_folder, last=settings.last_checkpoint)


def _new(tx: Transaction, most: int) -> list[Unsealed]:
    """What has been written since the mark; entries of the office, of which there are few, first."""
    progress, of_office = tx.sealed_log.progress(), tx.sealed_log.unsealed_office(most)
    if len(of_office) == most:
        return of_office
    found, mark = tx.sealed_log.unsealed(progress.mark, most - len(of_office))
    if found:
        # Otherwise nothing is written, or a quiet night would be a night of writing down that it is quiet.
        tx.sealed_log.keep_progress(Progress(mark, progress.swept_at))
    return of_office + found


def _identity(tx: Transaction) -> LogIdentity | None:
    return identity(tx.office_log.of_kind(*NAMING))


def _begin(office: Office, tx: Transaction) -> LogIdentity:
    make_signing_key(office.settings.log_key)
    origin = office.settings.log_origin or f"satuatap-{secrets.token_hex(4)}/log/1"
    key = VerifierKey.of(origin, read_signing_key(office.settings.log_key))
    tx.office_log.append(kind=LOG_BEGUN, actor="satuatap", at=office.now(), facts=begun(key))
    return LogIdentity(origin, (key,))
