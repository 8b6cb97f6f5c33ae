"""The sealed log as rows: which entries have no leaf yet, the leaves and subtrees that are added, the seals.

In which order entries become leaves is decided here, after their commit: at what number a transaction was begun or an
entry written says nothing about when others see it. What is signed is ``actions.seal``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

from routing.domain.checkpoints import VerifierKey
from routing.domain.merkle_log import Frontier, Node, edge_of, leaf_hash
from routing.domain.office_entries import OFFICE, OfficeEntry
from routing.domain.rollback import Standing
from routing.domain.sealing import LogForked, Progress, Seal, Unsealed
from routing.storage.subtrees import subtrees
from routing.storage.tables import (
    audit_entries,
    log_anchors,
    log_checkpoints,
    log_leaves,
    log_nodes,
    office_entries,
    sequencer_state,
)

_SIZE = sa.select(sa.func.coalesce(sa.func.max(log_leaves.c.leaf) + 1, 0))
# Any number will do, as long as nothing else in the database uses it as an advisory lock.
_LEAD = sa.text("SELECT pg_try_advisory_xact_lock(23161)")
_LEAD_SOON = sa.text("SELECT pg_advisory_xact_lock(23161)")
_CHECKPOINT = sa.select(log_checkpoints)

_has_leaf = (
    sa.select(1)
    .where(log_leaves.c.application_id == audit_entries.c.application_id, log_leaves.c.seq == audit_entries.c.seq)
    .exists()
)
_ENTRY = sa.select(audit_entries.c.application_id, audit_entries.c.seq, audit_entries.c.hash)
_OF_OFFICE = (
    sa.select(sa.literal(OFFICE), office_entries.c.seq, office_entries.c.hash)
    .where(
        # Each waits for the one before it to be committed, so that the last one sealed says which are not.
        office_entries.c.seq
        > sa.select(sa.func.coalesce(sa.func.max(log_leaves.c.seq), 0))
        .where(log_leaves.c.application_id == OFFICE)
        .scalar_subquery()
    )
    .order_by(office_entries.c.seq)
    .limit(sa.bindparam("most"))
)
# The mark is a transaction: all before the oldest that still runs are over, and whatever they wrote can be seen.
_NOW_ON_POSTGRESQL = sa.text(
    "SELECT pg_snapshot_xmin(s)::text::bigint AS over, pg_snapshot_xmax(s)::text::bigint AS newest"
    " FROM pg_current_snapshot() s"
)
_NEW_ON_POSTGRESQL = (
    _ENTRY.add_columns(audit_entries.c.written_in.label("mark"))
    .where(
        audit_entries.c.written_in.is_not(None),
        audit_entries.c.written_in >= sa.bindparam("mark"),
        audit_entries.c.written_in < sa.bindparam("over"),
        ~_has_leaf,
    )
    .order_by(audit_entries.c.written_in, audit_entries.c.application_id, audit_entries.c.seq)
    .limit(sa.bindparam("most"))
)
_LEAFLESS_ON_POSTGRESQL = sa.text(
    "SELECT entry.application_id, entry.seq, entry.hash"
    " FROM unnest(:applications, :seqs) AS wanted (application_id, seq)"
    " JOIN audit_entries entry ON entry.application_id = wanted.application_id AND entry.seq = wanted.seq"
    " WHERE NOT EXISTS (SELECT 1 FROM log_leaves leaf"
    " WHERE leaf.application_id = wanted.application_id AND leaf.seq = wanted.seq)"
).bindparams(
    sa.bindparam("applications", type_=ARRAY(audit_entries.c.application_id.type)),
    sa.bindparam("seqs", type_=ARRAY(audit_entries.c.seq.type)),
)
# The mark is a row's place in the file: there is one writer at a time, and places only grow.
_ROWID = sa.literal_column("audit_entries.rowid", sa.BigInteger())
_NOW_ON_SQLITE = sa.text("SELECT coalesce(max(rowid), 0) + 1 AS over, coalesce(max(rowid), 0) + 1 AS newest"
                         " FROM audit_entries")  # fmt: skip
_NEW_ON_SQLITE = (
    _ENTRY.add_columns(_ROWID.label("mark"))
    .where(_ROWID.between(sa.bindparam("mark"), sa.bindparam("over") - 1), ~_has_leaf)
    .order_by(_ROWID)
    .limit(sa.bindparam("most"))
)
_STRAGGLERS = (
    _ENTRY.where(
        sa.tuple_(audit_entries.c.application_id, audit_entries.c.seq)
        > sa.tuple_(sa.bindparam("application_id"), sa.bindparam("seq")),
        ~_has_leaf,
    )
    .order_by(audit_entries.c.application_id, audit_entries.c.seq)
    .limit(sa.bindparam("most"))
)


class SealedLog:
    """The leaves, the tree over them and the seals."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_postgresql = connection.dialect.name == "postgresql"

    def take_lead(self, *, waits: bool = False) -> bool:
        """Whether this transaction is now the one that seals; on SQLite every writer is alone anyway."""
        if not self._is_postgresql:
            return True
        if waits:
            self._connection.execute(_LEAD_SOON)
            return True
        return bool(self._connection.execute(_LEAD).scalar_one())

    def size(self) -> int:
        """How many leaves there are."""
        size: int = self._connection.execute(_SIZE).scalar_one()
        return size

    def frontier(self) -> Frontier:
        """The right edge of the tree as it is stored."""
        size = self.size()
        wanted = edge_of(size)
        stored = subtrees(self._connection, wanted)
        if len(stored) < len(wanted):
            message = f"{LogForked.__doc__} Of its {size} leaves, subtrees or leaves are missing."
            raise LogForked(message)
        return Frontier(size, [stored[one] for one in wanted])

    def progress(self) -> Progress:
        """How far the sequencer has come."""
        found = self._connection.execute(sa.select(sequencer_state)).one_or_none()
        return Progress(found.mark, found.swept_at) if found else Progress()

    def keep_progress(self, progress: Progress) -> None:
        """Remembers it."""
        values = {"mark": progress.mark, "swept_at": progress.swept_at}
        if not self._connection.execute(sa.update(sequencer_state).values(values)).rowcount:
            self._connection.execute(sa.insert(sequencer_state).values(values | {"no": 1}))

    def over(self) -> int:
        """The mark before which everything is committed or never will be."""
        return int(self._now().over)

    def is_beyond(self, mark: int) -> bool:
        """Whether the mark lies where this database has not come yet: it was restored, or its rows renumbered."""
        return bool(mark > self._now().newest)

    def unsealed_office(self, most: int) -> list[Unsealed]:
        """Entries of the office without a leaf, in their order."""
        return [_entry(row) for row in self._connection.execute(_OF_OFFICE, {"most": most})]

    def unsealed(self, mark: int, most: int) -> tuple[list[Unsealed], int]:
        """Entries of applications from the mark on that have no leaf and that none can come before; the next mark."""
        over = self.over()
        if self._is_postgresql:
            # For some thousand entries against a leaf for each there ever was, the index is always the quicker way.
            for way in ("enable_hashjoin", "enable_mergejoin"):
                self._connection.exec_driver_sql(f"SET LOCAL {way} = off")
        statement = _NEW_ON_POSTGRESQL if self._is_postgresql else _NEW_ON_SQLITE
        rows = self._connection.execute(statement, {"mark": mark, "over": over, "most": most}).all()
        is_all = len(rows) < most
        # What has a leaf is passed over by its leaf; so the mark may stay at a transaction that is not through yet.
        found, mark = [_entry(row) for row in rows], over if is_all else rows[-1].mark
        return self._in_their_order(found) if self._is_postgresql else found, mark

    def stragglers(self, after: tuple[int, int], most: int) -> list[Unsealed]:
        """Entries of applications without a leaf, whenever they were written, behind that application and seq."""
        if self._is_postgresql:
            self._connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        values = {"application_id": after[0], "seq": after[1], "most": most}
        return [_entry(row) for row in self._connection.execute(_STRAGGLERS, values)]

    def take_in(self, frontier: Frontier, entries: Sequence[Unsealed]) -> None:
        """Adds leaves at the edge of the tree, which is then the new one. Raises AlreadyWritten."""
        first = frontier.size
        self.add(first, entries, frontier.extend(leaf_hash(entry[2]) for entry in entries))

    def add(self, first: int, entries: Sequence[Unsealed], nodes: Sequence[Node]) -> None:
        """Adds leaves, the first at that place, and the subtrees they complete. Raises AlreadyWritten."""
        columns: tuple[str, ...] = ("leaf", "application_id", "seq", "hash")
        leaves = [(first + place, *entry) for place, entry in enumerate(entries)]
        _insert_many(self._connection, log_leaves, columns, leaves)
        _insert_many(self._connection, log_nodes, ("level", "place", "hash"), nodes)

    def last_seal(self) -> Seal | None:
        """The newest seal."""
        newest = _CHECKPOINT.order_by(log_checkpoints.c.size.desc()).limit(1)
        found = self._connection.execute(newest).one_or_none()
        if found is None:
            return None
        return Seal(**found._asdict() | {"root": bytes(found.root)})

    def last_own_seal(self, keys: Sequence[VerifierKey], size: int) -> Seal | None:
        """The newest seal, shown to be signed by one of these keys, and of the ``size`` leaves as they are stored.

        A log that signs what contradicts an earlier checkpoint of its own has proven itself false for ever. Raises
        LogForked.
        """
        last = self.last_seal()
        if last is None:
            return None
        last.require_signed(keys)
        stored = self.root(last.size) if last.size <= size else None
        if stored is None:
            message = f"{LogForked.__doc__} It has {size} leaves, and {last.size} were sealed."
            raise LogForked(message)
        if stored != last.root:
            message = f"{LogForked.__doc__} Its first {last.size} leaves were sealed with another root."
            raise LogForked(message)
        return last

    def standing(self, naming: Sequence[OfficeEntry]) -> Standing:
        """The log as it stands here, to be judged by what is kept elsewhere; ``naming``: what it says of itself."""
        return Standing(tuple(naming), self.size(), self.root)

    def root(self, size: int) -> bytes | None:
        """The root of the first so many leaves, as they are stored; None: what that takes is not there."""
        edge = edge_of(size)
        stored = self.hashes(edge)
        return Frontier(size, [stored[one] for one in edge]).root if len(stored) == len(edge) else None

    def keep_seal(self, seal: Seal) -> None:
        """Keeps a seal. Raises AlreadyWritten where there is one of that size."""
        self._connection.execute(
            sa.insert(log_checkpoints), {name: getattr(seal, name) for name in Seal.__dataclass_fields__}
        )

    def keep_anchor(self, *, witness: str, size: int, note: str, at: datetime) -> None:
        """Keeps what somebody outside has cosigned."""
        self._connection.execute(sa.insert(log_anchors), {"witness": witness, "size": size, "note": note, "at": at})

    def seal_of(self, size: int) -> Seal | None:
        """The seal of that size."""
        found = self._connection.execute(_CHECKPOINT.where(log_checkpoints.c.size == size)).one_or_none()
        return Seal(**found._asdict() | {"root": bytes(found.root)}) if found else None

    def anchored(self, witness: str, size: int | None = None) -> bool:
        """Whether the witness has cosigned that size; None: any at all."""
        wanted = sa.select(log_anchors.c.id).where(log_anchors.c.witness == witness).limit(1)
        if size is not None:
            wanted = wanted.where(log_anchors.c.size == size)
        return self._connection.execute(wanted).first() is not None

    def hashes(self, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """Complete subtrees by level and place; what is not stored is left out."""
        return subtrees(self._connection, places)

    def _in_their_order(self, found: list[Unsealed]) -> list[Unsealed]:
        """These with the entries of the same applications that come before them, each application's in its order.

        A transaction's number is drawn when it first writes: who then waits for an application has the smaller number
        than whoever decided on it meanwhile. Of that one's entry it is not asked whether its turn has come.
        """
        taken = {entry[:2] for entry in found}
        wanted = {(application, seq - 1) for application, seq in taken if seq > 1} - taken
        while wanted:
            applications, seqs = zip(*wanted, strict=True)
            values = {"applications": list(applications), "seqs": list(seqs)}
            more = [_entry(row) for row in self._connection.execute(_LEAFLESS_ON_POSTGRESQL, values)]
            found += more
            taken |= {entry[:2] for entry in more}
            wanted = {(application, seq - 1) for application, seq, _ in more if seq > 1} - taken
        turns: dict[int, Iterator[Unsealed]] = {}
        for application, of_it in groupby(sorted(found), key=itemgetter(0)):
            turns[application] = iter(list(of_it))
        return [next(turns[application]) for application, *_ in found]

    def _now(self) -> Any:
        return self._connection.execute(_NOW_ON_POSTGRESQL if self._is_postgresql else _NOW_ON_SQLITE).one()


def _entry(row: Any) -> Unsealed:
    return row[0], row[1], bytes(row[2])


def _insert_many(
    connection: Connection, table: sa.Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Many rows in one statement; one at a time they would cost more than all their hashing."""
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(sa.insert(table), [dict(zip(names, row, strict=True)) for row in rows])
        return
    arrays = [sa.cast(sa.bindparam(f"all_{name}"), ARRAY(table.c[name].type)) for name in names]
    columns = [sa.column(name, table.c[name].type) for name in names]
    sent = sa.func.unnest(*arrays).table_valued(*columns, name="sent_row").render_derived()
    values = {f"all_{name}": list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    connection.execute(sa.insert(table).from_select(list(names), sa.select(*sent.c)), values)
