"""Takes what a witness hands back: a checkpoint of this log with its line, by which somebody outside vouches for it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from routing.domain.checkpoints import NoteRefused, Signed, VerifierKey, opened, with_line_of
from routing.domain.errors import Kind, Refusal
from routing.domain.log_identity import NAMING, identity
from routing.domain.sealing import Seal
from routing.office import Office
from routing.storage.database import AlreadyWritten
from routing.storage.transaction import Transaction

#: The kind of entry that tells of a witness's first line.
WITNESS_COSIGNED = "witness-cosigned"


class NotCosigned(Refusal):
    """This is no checkpoint of this log, cosigned by a witness of this office: {problem}. A witness's key has to stand
    in SATUATAP_WITNESSES.
    """

    code = "not_cosigned"
    kind = Kind.FORBIDDEN


@dataclass(frozen=True, slots=True)
class Taken:
    """What was handed back."""

    size: int
    witnesses: tuple[str, ...]


def take_cosignature(office: Office, note: str) -> Taken:
    """Keeps it; once, however often it comes. A witness's first one is an entry of the log. Raises NotCosigned."""
    with office.reading() as connection:
        found, seal = _opened(office, Transaction(connection), note)
    witnesses = tuple(dict.fromkeys(key for key, _ in found.witnesses))
    for key in witnesses:
        # Whoever else brings the same line at the same moment may be first.
        with suppress(AlreadyWritten), office.transaction() as tx:
            # What else stands in the note is anybody's, and would be shown for ever.
            _keep(office, tx, key, seal.size, with_line_of(key, seal.note, note))
    return Taken(seal.size, tuple(key.name for key in witnesses))


def _opened(office: Office, books: Transaction, note: str) -> tuple[Signed, Seal]:
    log = identity(books.office_log.of_kind(*NAMING))
    try:
        found = opened(note, (*(log.keys if log is not None else ()), *office.settings.witness_keys))
    except NoteRefused as refused:
        raise NotCosigned(problem=str(refused)) from None
    if not found.witnesses:
        raise NotCosigned(problem="no line in it is by a witness known here")
    seal = books.sealed_log.seal_of(found.checkpoint.size)
    if seal is None or not seal.note.startswith(f"{found.checkpoint.text}\n"):
        raise NotCosigned(problem=f"of {found.checkpoint.size} entries there is no such seal here")
    return found, seal


def _keep(office: Office, tx: Transaction, witness: VerifierKey, size: int, note: str) -> None:
    # The key and not its name, which anybody can take.
    if tx.sealed_log.anchored(witness.text, size):
        return
    is_first = not tx.sealed_log.anchored(witness.text)
    tx.sealed_log.keep_anchor(witness=witness.text, size=size, note=note, at=office.now())
    if is_first:
        facts = {"witness": witness.text, "size": size}
        tx.office_log.append(kind=WITNESS_COSIGNED, actor=witness.name, at=office.now(), facts=facts)
