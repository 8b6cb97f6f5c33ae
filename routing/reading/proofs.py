"""What the log proves to whoever does not trust the office: its newest seal, that an entry is in it, that it only grew.

A proof takes one look into the stored subtrees, however long the log is. How it is checked is ``domain.merkle_log``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from routing.domain.checkpoints import with_lines_of
from routing.domain.errors import Kind, Refusal, UnknownApplication
from routing.domain.merkle_log import Get, consistency_proof, inclusion_proof, places_needed
from routing.domain.office_entries import OFFICE
from routing.domain.sealing import LogForked, Seal
from routing.office import Office
from routing.storage.database import Reader
from routing.storage.straight import Question, ask
from routing.storage.subtrees import as_nodes, stored_hashes
from routing.storage.tables import applications, log_anchors, log_checkpoints, log_leaves

_NEWEST = sa.select(log_checkpoints).order_by(log_checkpoints.c.size.desc()).limit(1)
_NEWEST_SIZE = Question(sa.select(sa.func.max(log_checkpoints.c.size).label("size")))
_COSIGNED = sa.select(log_anchors.c.note).where(log_anchors.c.size == sa.bindparam("size")).order_by(log_anchors.c.id)
_LEAF_OF_ENTRY = sa.select(log_leaves.c.leaf).where(
    log_leaves.c.application_id == sa.bindparam("application_id"), log_leaves.c.seq == sa.bindparam("seq")
)
_ID_OF = sa.select(applications.c.id).where(applications.c.number == sa.bindparam("number"))


class NothingSealed(Refusal):
    """The log has not been sealed yet. Ask again in a minute."""

    code = "nothing_sealed"
    kind = Kind.UNKNOWN


class NotSealed(Refusal):
    """Entry {seq} of {number} has not been sealed yet. Ask again in a minute."""

    code = "not_sealed"
    kind = Kind.UNKNOWN


class NoSuchProof(Refusal):
    """The log is sealed to {size} leaves; there is no proof from {first} to {second}. Ask for sizes and leaves within
    the seal.
    """

    code = "no_such_proof"
    kind = Kind.UNKNOWN


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That an entry is in the sealed log."""

    leaf: int
    #: leaves of the log whose root it leads to
    size: int
    #: the entry's hash, which is the leaf's data
    hash: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the log of ``new`` leaves begins with the log of ``old`` leaves."""

    old: int
    new: int
    proof: tuple[bytes, ...]


def newest_checkpoint(office: Office) -> Seal:
    """The newest seal, with the lines of the witnesses who have cosigned it. Raises NothingSealed."""
    with office.reading() as connection:
        found = connection.execute(_NEWEST).one_or_none()
        if found is None:
            raise NothingSealed
        note: str = found.note
        for cosigned in connection.execute(_COSIGNED, {"size": found.size}).scalars():
            note = with_lines_of(note, cosigned)
    return Seal(size=found.size, root=bytes(found.root), at=found.at, note=note, key_id=found.key_id)


def inclusion(office: Office, leaf: int, size: int | None = None) -> Inclusion:
    """That the leaf is among the first ``size``; None: the newest seal's. Raises NothingSealed, NoSuchProof."""
    with office.reading() as connection:
        return _inclusion(connection, leaf, size)


def inclusion_of_entry(office: Office, number: str, seq: int, size: int | None = None) -> Inclusion:
    """The same of an application's entry. Raises UnknownApplication, NotSealed and what ``inclusion`` raises."""
    with office.reading() as connection:
        application_id = connection.execute(_ID_OF, {"number": number}).scalar()
        if application_id is None:
            raise UnknownApplication(number=number)
        leaf = _leaf(connection, application_id, seq)
        if leaf is None or leaf >= _sealed(connection):
            raise NotSealed(number=number, seq=seq)
        return _inclusion(connection, leaf, size)


def inclusion_of_office_entry(office: Office, seq: int, size: int | None = None) -> Inclusion:
    """The same of an entry of the office itself."""
    with office.reading() as connection:
        leaf = _leaf(connection, OFFICE, seq)
        if leaf is None or leaf >= _sealed(connection):
            raise NotSealed(number="office", seq=seq)
        return _inclusion(connection, leaf, size)


def consistency(office: Office, old: int, new: int | None = None) -> Consistency:
    """That the log only grew between two sizes; None: to the newest seal's. Raises NothingSealed, NoSuchProof."""
    with office.reading() as connection:
        sealed = _sealed(connection)
        new = sealed if new is None else new
        if not 0 <= old <= new <= sealed:
            raise NoSuchProof(first=old, second=new, size=sealed)
        return Consistency(old, new, _proven(connection, lambda get: consistency_proof(get, old, new))[0])


def _inclusion(connection: Reader, leaf: int, size: int | None) -> Inclusion:
    sealed = _sealed(connection)
    wanted = sealed if size is None else size
    if not 0 <= leaf < wanted <= sealed:
        raise NoSuchProof(first=leaf, second=wanted, size=sealed)
    proof, entry_hash = _proven(connection, lambda get: inclusion_proof(get, leaf, wanted), leaf)
    return Inclusion(leaf, wanted, entry_hash, proof)


def _leaf(connection: Reader, application_id: int, seq: int) -> int | None:
    found: Any = connection.execute(_LEAF_OF_ENTRY, {"application_id": application_id, "seq": seq}).scalar()
    return found  # type: ignore[no-any-return]  # an integer, or none


def _sealed(connection: Reader) -> int:
    # Straight, and with the BEGIN of the reading: of a proof's time, four fifths went into talking about it.
    ((found,),) = ask(connection, (_NEWEST_SIZE, {}))
    size: int | None = found[0]
    if size is None:
        raise NothingSealed
    return size


def _proven(
    connection: Reader, proof: Callable[[Get], list[bytes]], leaf: int | None = None
) -> tuple[tuple[bytes, ...], bytes]:
    """The proof, and the hash of the leaf's entry, all fetched at once."""
    needed = places_needed(proof)
    stored = stored_hashes(connection, needed if leaf is None else [*needed, (0, leaf)])
    nodes = as_nodes(stored)
    try:
        return tuple(proof(lambda level, place: nodes[level, place])), stored[0, leaf] if leaf is not None else b""
    except KeyError:
        raise LogForked(LogForked.__doc__) from None
