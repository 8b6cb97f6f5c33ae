"""The ceremony after a lawful restore: two people begin the log anew, and say what was lost and why.

Nothing is hidden by it: the first entry of the new incarnation holds the checkpoint that the restored log does not
reach, signed by the log's own key, and every witness is asked anew. A log that was changed, and not only cut, is not
let through.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from routing.domain.checkpoints import Checkpoint, NoteRefused, VerifierKey, opened, signed, stated
from routing.domain.errors import Kind, MalformedField, Refusal, SignInRefused
from routing.domain.incarnations import begun_anew, followed, next_origin, number_of
from routing.domain.log_identity import INCARNATION_BEGUN, NAMING, LogIdentity, identity
from routing.domain.people import ADMINISTRATOR, OFFICE, Action, require
from routing.domain.preconditions import require_plain
from routing.domain.rollback import Contradiction, Wrong
from routing.domain.sealing import Seal
from routing.office import Office
from routing.storage.transaction import Transaction
from routing.vault.anchor_files import keep_outside, notes_in_folder
from routing.vault.log_key import LogKeyUnusable, read_signing_key
from routing.vault.passwords import password_fits

_AT_ONCE = 1_000


class NotTwoPeople(Refusal):
    """{one} and {other} cannot begin the log anew together: it takes two different people, and one of them is an
    administrator.
    """

    code = "not_two_people"
    kind = Kind.FORBIDDEN


class NothingLost(Refusal):
    """The log here holds every checkpoint that is kept elsewhere, as far as those answer: it goes on as it is. If one
    is kept where this program cannot look, bring it along: --checkpoint FILE.
    """

    code = "nothing_lost"


class NotOnlyRestored(Refusal):
    """The log here is not an earlier one of {held} entries: its entries were changed. Put back a database that was not;
    then begin the log anew.
    """

    code = "not_only_restored"


class NotOurCheckpoint(Refusal):
    """The checkpoint at {where} was not signed by this log's key: {problem}. Bring the one that was."""

    code = "not_our_checkpoint"


@dataclass(frozen=True, slots=True)
class Begun:
    """What it came to."""

    key: VerifierKey
    lost: Checkpoint
    #: how many leaves of the old log are there again
    restored: int
    note: str


def require_passwords(office: Office, people: Sequence[tuple[str, str]]) -> None:
    """Each of these accounts is shown to be there by its password. Raises SignInRefused."""
    for code, password in people:
        with office.reading() as connection:
            book = Transaction(connection).people
            person = book.with_code(code) if "\x00" not in code else None
            stored = book.password_hash(person.id) if person is not None else None
        if not password_fits(stored, password) or person is None or person.is_closed:
            raise SignInRefused


def begin_incarnation(
    office: Office, *, missed: Contradiction | None, note: str | None, reason: str, by: tuple[str, str]
) -> Begun:
    """Begins it. ``missed``: what the log here lacks, by the checkpoint ``note``; the two have shown who they are.

    Raises NotTwoPeople, NotAllowed, NothingLost, NotOnlyRestored, NotOurCheckpoint, LogKeyUnusable.
    """
    if not require_plain("--reason", reason).strip():
        raise MalformedField(field="--reason", problem="it is empty", way_out="Say why a backup was put back.")
    if missed is None or note is None:
        raise NothingLost
    if missed.wrong is Wrong.FORKED:
        raise NotOnlyRestored(held=missed.held.size)
    with office.transaction(though_halted=True) as tx:
        tx.sealed_log.take_lead(waits=True)
        _require_two(office, tx, by)
        begun = _begin(office, tx, missed, note, reason, by)
    keep_outside(begun.note, folder=office.settings.anchor_folder, last=office.settings.last_checkpoint)
    return begun


def _require_two(office: Office, tx: Transaction, by: tuple[str, str]) -> None:
    now = office.now()
    one, other = (tx.people.account(code) for code in by)
    rights = [require(person, Action.BEGIN_INCARNATION, OFFICE, now) for person in (one, other)]
    # Two accounts can be one person, if the office knows whose they are.
    is_one = one.id == other.id or (one.nik_index is not None and one.nik_index == other.nik_index)
    if is_one or ADMINISTRATOR not in [right.role for right in rights]:
        raise NotTwoPeople(one=one.code, other=other.code)


def _begin(
    office: Office, tx: Transaction, missed: Contradiction, note: str, reason: str, by: tuple[str, str]
) -> Begun:
    key = read_signing_key(office.settings.log_key)
    old = VerifierKey.of(stated(note).origin, key)
    log = _require_ours(tx, missed, note, old)
    frontier = tx.sealed_log.frontier()
    tx.sealed_log.last_own_seal(log.keys, frontier.size)
    _require_only_restored(office, tx, log, frontier.size)
    while found := tx.sealed_log.unsealed_office(_AT_ONCE):
        tx.sealed_log.take_in(frontier, found)
    restored = frontier.size
    facts = begun_anew(old=old, signer=key, note=note, restored=restored, reason=reason, by=by)
    tx.office_log.append(kind=INCARNATION_BEGUN, actor=by[0], at=office.now(), facts=facts)
    tx.sealed_log.take_in(frontier, tx.sealed_log.unsealed_office(1))
    named = VerifierKey.of(next_origin(old.name), key)
    new = signed(Checkpoint(named.name, frontier.size, frontier.root), key)
    seal = Seal(size=frontier.size, root=frontier.root, at=office.now(), note=new, key_id=named.key_id.hex())
    tx.sealed_log.keep_seal(seal)
    return Begun(named, stated(note), restored, new)


def _require_only_restored(office: Office, tx: Transaction, log: LogIdentity, size: int) -> None:
    """What is here must be what was here: the largest checkpoint kept of it says so; larger ones were lost."""
    folder = office.settings.anchor_folder
    # A folder that is away stops nobody, and was told of when the newest one was looked for.
    with suppress(OSError):
        for note in notes_in_folder(folder, up_to=(number_of(log.origin), size)) if folder is not None else ():
            with suppress(NoteRefused):
                held = opened(note, log.keys).checkpoint
                if held.origin == log.origin and tx.sealed_log.root(held.size) != held.root:
                    raise NotOnlyRestored(held=held.size)
                return


def _require_ours(tx: Transaction, missed: Contradiction, note: str, old: VerifierKey) -> LogIdentity:
    naming = tx.office_log.of_kind(*NAMING)
    log = identity(naming)
    if log is None:
        message = "The log has not begun, and has nothing to go on from. Put a database back first."
        raise LogKeyUnusable(message)
    try:
        signers = opened(note, {old, *log.keys}).signers
    except NoteRefused as refused:
        raise NotOurCheckpoint(where=missed.where, problem=str(refused)) from None
    if old not in followed(signers, naming)[0] or number_of(old.name) < number_of(log.origin):
        raise NotOurCheckpoint(where=missed.where, problem="it is of an older key or name, which this log has left")
    return log
