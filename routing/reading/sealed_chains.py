"""Does the sealed log hold? Every leaf names its entry, the tree and its seals are those of the leaves, all is signed.

And is the office's own chain whole, and did each key of the log hand over to the next? Nothing is remembered but the
edge of the tree, so memory does not grow with the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from routing.domain.audit_chain import GENESIS, link
from routing.domain.checkpoints import NoteRefused, VerifierKey, opened
from routing.domain.incarnations import incarnation_of
from routing.domain.log_identity import KEY_ROTATED, LOG_BEGUN, NAMING, identity, is_handed_over
from routing.domain.log_reading import READS
from routing.domain.merkle_log import Frontier, leaf_hash
from routing.domain.office_entries import OFFICE, OfficeEntry, differs_from_its_body
from routing.office import Office
from routing.storage.database import Reader
from routing.storage.tables import (
    applications,
    audit_entries,
    log_checkpoints,
    log_leaves,
    log_nodes,
    log_reads,
    office_entries,
)
from routing.vault.log_key import LogKeyUnusable, read_signing_key

_ROWS_AT_ONCE = 2_000
#: Of a log that was rewritten every leaf may be wrong; so many are named.
_MOST_PROBLEMS = 1_000
_OFFICE = sa.select(*(office_entries.c[name] for name in OfficeEntry.__dataclass_fields__)).order_by(
    office_entries.c.seq
)
_READS = sa.select(log_reads).order_by(log_reads.c.seq)
_LEAVES = (
    sa.select(
        log_leaves.c.leaf, log_leaves.c.application_id, log_leaves.c.seq, log_leaves.c.hash,
        sa.func.coalesce(audit_entries.c.hash, office_entries.c.hash),
    )
    .outerjoin(
        audit_entries,
        (audit_entries.c.application_id == log_leaves.c.application_id) & (audit_entries.c.seq == log_leaves.c.seq),
    )
    .outerjoin(office_entries, (log_leaves.c.application_id == OFFICE) & (office_entries.c.seq == log_leaves.c.seq))
    .order_by(log_leaves.c.leaf)
)  # fmt: skip
_NODES = (
    sa.select(log_nodes.c.place, log_nodes.c.hash)
    .where(log_nodes.c.level == sa.bindparam("level"))
    .order_by(log_nodes.c.place)
)
_SEALS = sa.select(log_checkpoints).order_by(log_checkpoints.c.size)
_NUMBER = sa.select(applications.c.number).where(applications.c.id == sa.bindparam("application_id"))
_COUNTS = sa.select(
    sa.select(sa.func.count()).select_from(audit_entries).scalar_subquery()
    + sa.select(sa.func.count()).select_from(office_entries).scalar_subquery()
    - sa.select(sa.func.count()).select_from(log_leaves).scalar_subquery()
)
_LEVELS = sa.select(sa.func.coalesce(sa.func.max(log_nodes.c.level), 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class SealProblem:
    """Where the sealed log does not hold."""

    #: "leaf 12 (SD-2026-000123, entry 4)", "seal of 3000 leaves", "office entry 2"
    where: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealReport:
    """What was gone through, and what was found."""

    leaves: int
    seals: int
    #: entries that have no leaf yet
    waiting: int
    problems: tuple[SealProblem, ...]


def verify_sealed_log(office: Office) -> SealReport:
    """Recomputes every leaf, subtree and root, and checks every signature."""
    with office.reading() as connection, closing(_Walk(connection, _own_key(office))) as walk:
        problems: list[SealProblem] = []
        for where, problem in walk.problems():
            problems.append(SealProblem(where=where, problem=problem))
            if len(problems) == _MOST_PROBLEMS:
                break
        waiting: int = connection.execute(_COUNTS).scalar_one()
    return SealReport(leaves=walk.frontier.size, seals=walk.seals, waiting=max(waiting, 0), problems=tuple(problems))


def _own_key(office: Office) -> bytes | None:
    with suppress(LogKeyUnusable):
        return read_signing_key(office.settings.log_key).public_key().public_bytes_raw()
    return None


class _Walk:
    """Once from the first leaf to the last, the stored subtrees and the seals walked along beside."""

    def __init__(self, connection: Reader, own: bytes | None) -> None:
        """``own``: the key that lies on this machine, its public part."""
        self._connection = connection
        self._own = own
        self._keys: tuple[VerifierKey, ...] = ()
        self._origins: set[str] = set()
        self._streams: list[sa.CursorResult[Any]] = []
        self.frontier = Frontier()
        self.seals = 0

    def close(self) -> None:
        """Lets go of what has not been read to its end."""
        for stream in self._streams:
            stream.close()

    def problems(self) -> Iterator[tuple[str, str]]:
        """Each as (where, what is wrong)."""
        yield from self._office_chain()
        yield from self._keys_handed_over()
        yield from self._tree()

    def _office_chain(self) -> Iterator[tuple[str, str]]:
        previous, expected = GENESIS, 1
        reads = _Beside(self._stream(_READS))
        for row in self._stream(_OFFICE):
            entry = _office_entry(row)
            where = f"office entry {min(entry.seq, expected)}"
            if entry.seq != expected or link(previous, entry.body) != entry.hash:
                yield where, "the entry does not follow from the one before it"
            column = differs_from_its_body(entry)
            if column is not None:
                yield where, f"the row says another {column} than the entry's hashed bytes"
            previous, expected = entry.hash, entry.seq + 1
            yield from _reads_problems(reads, entry)
        yield from _reads_left(reads, None)

    def _keys_handed_over(self) -> Iterator[tuple[str, str]]:
        named = _OFFICE.where(office_entries.c.kind.in_(NAMING))
        entries = [_office_entry(row) for row in self._connection.execute(named)]
        for place, entry in enumerate(entries):
            try:
                log = identity(entries[: place + 1])
            except ValueError as error:
                yield f"office entry {entry.seq}", str(error)
                return
            if log is not None:
                problem = self._not_believed(entry, is_first=place == 0)
                if problem is not None:
                    yield f"office entry {entry.seq}", problem
                self._keys = log.keys
                self._origins.add(log.origin)

    def _not_believed(self, entry: OfficeEntry, *, is_first: bool) -> str | None:
        """Why what the entry says of the log's name or key is nobody's word."""
        if entry.kind == LOG_BEGUN:
            return None if is_first else "it begins a log that had begun before"
        if entry.kind == KEY_ROTATED:
            is_signed = bool(self._keys) and is_handed_over(self._keys[-1], entry)
            return None if is_signed else "the key it names was not signed by the key before it"
        made = incarnation_of(entry)
        # By its public part: what the restored database has lost may have given the same key another name.
        known = {key.public for key in self._keys} | {self._own}
        is_signed = made is not None and made.old.public in known
        return None if is_signed else "no key of this log signed that it begins anew"

    def _tree(self) -> Iterator[tuple[str, str]]:
        nodes = [_Beside(self._stream(_NODES, level=level)) for level in range(1, self._scalar(_LEVELS) + 1)]
        seals = _Beside(self._stream(_SEALS))
        is_sound = True
        for expected, (leaf, application_id, seq, digest, entry_hash) in enumerate(self._stream(_LEAVES)):
            if leaf != expected:
                # What follows has moved, and of a moved tree nothing fits any more: that says it all.
                yield f"leaf {expected}", f"it is missing: the next one there is {leaf}"
                return
            if entry_hash != digest:
                is_sound = False
                where = self._name(leaf, application_id, seq)
                yield where, "it is not the entry that was sealed" if entry_hash else "its entry is gone"
            for level, place, made in self.frontier.add(leaf_hash(digest)):
                # Nearly always; what is wrong otherwise, ``_node`` says.
                if level <= len(nodes) and nodes[level - 1].next == (place, made):
                    nodes[level - 1].take()
                else:
                    yield self._node(nodes, level, place)
            if seals.next is not None and seals.next.size <= self.frontier.size:
                yield from self._seals(seals, is_sound=is_sound)
        yield from self._left(nodes, seals)

    def _left(self, nodes: list[_Beside], seals: _Beside) -> Iterator[tuple[str, str]]:
        """What stands beside the leaves and has none."""
        while seals.next is not None:
            size = seals.take().size
            yield f"seal of {size} leaves", f"the log has only {self.frontier.size}: it was cut off, or restored"
        for level, beside in enumerate(nodes, 1):
            if beside.next is not None:
                yield f"subtree {beside.next.place} of level {level}", "it stands over leaves that are not there"

    def _node(self, nodes: list[_Beside], level: int, place: int) -> tuple[str, str]:
        """What is wrong with the stored subtree that should stand here."""
        first, last = place << level, ((place + 1) << level) - 1
        where = f"subtree {place} of level {level} (leaves {first} to {last})"
        beside = nodes[level - 1] if level <= len(nodes) else None
        if beside is None or beside.next is None or beside.next.place != place:
            return where, "it is missing"
        beside.take()
        return where, "it is not the hash of its leaves"

    def _seals(self, seals: _Beside, *, is_sound: bool) -> Iterator[tuple[str, str]]:
        while seals.next is not None and seals.next.size <= self.frontier.size:
            yield from self._seal(seals.take(), is_sound=is_sound)

    def _seal(self, row: Any, *, is_sound: bool) -> Iterator[tuple[str, str]]:
        self.seals += 1
        where = f"seal of {row.size} leaves"
        if row.size != self.frontier.size or bytes(row.root) != self.frontier.root:
            more = "" if is_sound else ", nor of the entries as they stand"
            yield where, f"its root is not that of the first {row.size} leaves{more}: what was sealed has been changed"
        try:
            stated = opened(row.note, self._keys).checkpoint
        except NoteRefused as refused:
            yield where, str(refused)
            return
        if (stated.size, stated.root) != (row.size, bytes(row.root)) or stated.origin not in self._origins:
            yield where, "the signed note states another size, root or log than the row"

    def _name(self, leaf: int, application_id: int, seq: int) -> str:
        if application_id == OFFICE:
            return f"leaf {leaf} (office entry {seq})"
        number = self._connection.execute(_NUMBER, {"application_id": application_id}).scalar()
        return f"leaf {leaf} ({number or f'application {application_id}'}, entry {seq})"

    def _stream(self, statement: sa.Select[Any], **values: Any) -> Iterator[Any]:
        # The server keeps its place in each, so that none is in memory as a whole.
        stream = self._connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement, values)
        self._streams.append(stream)
        return iter(stream)

    def _scalar(self, statement: sa.Select[Any]) -> int:
        value: int = self._connection.execute(statement).scalar_one()
        return value


class _Beside:
    """Rows that are walked along beside others: the next one can be looked at before it is taken."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._rows = rows
        self.next: Any = next(rows, None)

    def take(self) -> Any:
        """The next one."""
        taken, self.next = self.next, next(self._rows, None)
        return taken


def _reads_problems(reads: _Beside, entry: OfficeEntry) -> Iterator[tuple[str, str]]:
    """Who read the log is found by rows beside the entries that tell of it."""
    yield from _reads_left(reads, entry.seq)
    row = reads.take() if reads.next is not None and reads.next.seq == entry.seq else None
    there = (row.at, row.kind, row.actor, row.number) if row is not None else None
    told = (entry.at, entry.kind, entry.actor, entry.said.get("number")) if entry.kind in READS else None
    if there != told:
        yield f"office entry {entry.seq}", "that somebody read the log is not listed as the entry tells it"


def _reads_left(reads: _Beside, before: int | None) -> Iterator[tuple[str, str]]:
    while reads.next is not None and (before is None or reads.next.seq < before):
        yield f"office entry {reads.take().seq}", "it is listed as a reading of the log, and is not there"


def _office_entry(row: Any) -> OfficeEntry:
    columns = {name: getattr(row, name) for name in OfficeEntry.__dataclass_fields__}
    return OfficeEntry(**columns | {"body": bytes(row.body), "hash": bytes(row.hash)})
