"""The log gets a new key: the old one signs it into the log and seals that entry, together with the new one."""

from __future__ import annotations

from contextlib import suppress

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.domain.checkpoints import Checkpoint, VerifierKey, signed
from routing.domain.log_identity import KEY_ROTATED, NAMING, LogIdentity, identity, rotated
from routing.domain.sealing import Seal
from routing.office import Office
from routing.storage.transaction import Transaction
from routing.vault.anchor_files import keep_outside, require_remembered
from routing.vault.log_key import (
    LogKeyUnusable,
    log_key,
    make_signing_key,
    next_key_file,
    put_in_place,
    read_signing_key,
)

_AT_ONCE = 1_000


def rotate_log_key(office: Office, *, actor: str) -> LogIdentity:
    """Who the log is afterwards. Ended at any moment, either key is in its place. Raises LogKeyUnusable."""
    path = office.settings.log_key
    with office.transaction() as tx:
        tx.sealed_log.take_lead(waits=True)
        naming = tx.office_log.of_kind(*NAMING)
        log = identity(naming)
        if log is None:
            message = "The log has not begun, and has no key to rotate. Start the sequencer first: satuatap sequencer."
            raise LogKeyUnusable(message)
        old = log_key(path, log.key)
        require_remembered(office.settings.last_checkpoint, tx.sealed_log.standing(naming))
        # One that was drawn for a rotation that came to nothing.
        with suppress(FileNotFoundError):
            next_key_file(path).unlink()
        make_signing_key(next_key_file(path))
        new = read_signing_key(next_key_file(path))
        named = VerifierKey.of(log.origin, new)
        facts = rotated(log.key, named, old)
        tx.office_log.append(kind=KEY_ROTATED, actor=actor, at=office.now(), facts=facts)
        note = _seal_with_both(office, tx, log, old, new)
    put_in_place(path)
    keep_outside(note, folder=office.settings.anchor_folder, last=office.settings.last_checkpoint)
    return LogIdentity(log.origin, (*log.keys, named))


def _seal_with_both(
    office: Office, tx: Transaction, log: LogIdentity, old: Ed25519PrivateKey, new: Ed25519PrivateKey
) -> str:
    """So that whoever trusts the old key finds the new one under its seal."""
    frontier = tx.sealed_log.frontier()
    while found := tx.sealed_log.unsealed_office(_AT_ONCE):
        tx.sealed_log.take_in(frontier, found)
    tx.sealed_log.last_own_seal((log.key,), frontier.size)
    checkpoint = Checkpoint(log.origin, frontier.size, frontier.root)
    note = signed(checkpoint, old) + signed(checkpoint, new).partition("\n\n")[2]
    key_id = log.key.key_id.hex()
    tx.sealed_log.keep_seal(Seal(size=frontier.size, root=frontier.root, at=office.now(), note=note, key_id=key_id))
    return note
