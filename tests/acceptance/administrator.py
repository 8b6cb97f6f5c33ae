"""An administrator of the database who would rewrite the past: a superuser, patient, and able to hash.

Whatever can be worked out anew he works out anew: chains, heads, rows beside the bytes, leaves, every subtree, and the
seals too where he has a key. What he has not is what somebody outside was given.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.domain.audit_chain import GENESIS, canonical, link, said_in
from routing.domain.checkpoints import Checkpoint, VerifierKey, signed
from routing.domain.merkle_log import Frontier, leaf_hash
from routing.domain.office_entries import OFFICE
from routing.office import Office
from routing.storage.tables import (
    applications,
    audit_entries,
    log_checkpoints,
    log_leaves,
    log_nodes,
    metadata,
    office_entries,
)
from tests.forging import forge


@dataclass(frozen=True)
class Line:
    """An entry where it stands in the sealed log."""

    application_id: int
    said: Mapping[str, Any]

    def saying(self, **facts: object) -> "Line":
        return replace(self, said={**self.said, **facts})


Change = Callable[[list[Line]], list[Line]]


class Administrator:
    """Of one office's database."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def lines(self) -> list[Line]:
        """The log as it was sealed."""
        with self._office.reading() as connection:
            bodies = {(row.application_id, row.seq): row.body for row in connection.execute(sa.select(audit_entries))}
            bodies |= {(OFFICE, row.seq): row.body for row in connection.execute(sa.select(office_entries))}
            leaves = connection.execute(sa.select(log_leaves).order_by(log_leaves.c.leaf)).all()
        return [Line(row.application_id, said_in(bytes(bodies[row.application_id, row.seq])) or {}) for row in leaves]

    def edits_and_forgets_the_hash(self, application_id: int, seq: int, actor: str) -> None:
        """The clumsy one: the row agrees with its bytes, the hash with neither."""
        (line,) = (one for one in self.lines() if (one.application_id, one.said.get("seq")) == (application_id, seq))
        its = (audit_entries.c.application_id == application_id) & (audit_entries.c.seq == seq)
        body = canonical({**line.said, "actor": actor})
        forge(self._office, sa.update(audit_entries).where(its).values(body=body, actor=actor))

    def rewrites(self, change: Change, *, tree: bool = True) -> None:
        """Every chain and head; with the tree, leaves and subtrees as well."""
        rows = _numbered(change(self.lines()))
        statements: list[sa.Update | sa.Delete | sa.Insert] = [sa.delete(audit_entries), sa.delete(office_entries)]
        for row in rows:
            table = audit_entries if row["application_id"] else office_entries
            statements.append(sa.insert(table).values({name: row[name] for name in row if name in table.c}))
        heads = {row["application_id"]: row for row in rows}
        for application_id, row in heads.items():
            its = sa.update(applications).where(applications.c.id == application_id)
            statements.append(its.values(chain_head=row["hash"], entry_count=row["seq"]))
        forge(self._office, *statements)
        if tree:
            self._plants([(row["application_id"], row["seq"], row["hash"]) for row in rows])

    def cuts_off(self, size: int, gone: Sequence[int]) -> None:
        """The tail with its seals, and every row there is of those applications."""
        statements = [
            sa.delete(table).where(table.c.application_id.in_(gone))
            for table in metadata.tables.values()
            if "application_id" in table.c
        ]
        forge(self._office, *statements, sa.delete(applications).where(applications.c.id.in_(gone)))
        with self._office.reading() as connection:
            leaves = connection.execute(sa.select(log_leaves).order_by(log_leaves.c.leaf).limit(size)).all()
        self._plants([(row.application_id, row.seq, bytes(row.hash)) for row in leaves])
        self.drops_seals(after=size)

    def drops_seals(self, *, after: int = 0) -> None:
        """Those of more leaves."""
        forge(self._office, sa.delete(log_checkpoints).where(log_checkpoints.c.size > after))

    def signs_again(self, key: Ed25519PrivateKey) -> None:
        """Every seal of the sizes and moments there were, over the tree there is now."""
        with self._office.reading() as connection:
            seals = {row.size: row for row in connection.execute(sa.select(log_checkpoints))}
            hashes = connection.execute(sa.select(log_leaves.c.hash).order_by(log_leaves.c.leaf)).scalars().all()
        frontier, statements = Frontier(), []
        for digest in hashes:
            frontier.add(leaf_hash(bytes(digest)))
            if frontier.size in seals:
                origin = seals[frontier.size].note.partition("\n")[0]
                values = {
                    "root": frontier.root,
                    "note": signed(Checkpoint(origin, frontier.size, frontier.root), key),
                    "key_id": VerifierKey.of(origin, key).key_id.hex(),
                }
                this = log_checkpoints.c.size == frontier.size
                statements.append(sa.update(log_checkpoints).where(this).values(values))
        forge(self._office, *statements)

    def _plants(self, entries: Sequence[tuple[int, int, bytes]]) -> None:
        leaves = [
            {"leaf": leaf, "application_id": owner, "seq": seq, "hash": digest}
            for leaf, (owner, seq, digest) in enumerate(entries)
        ]
        made = Frontier().extend(leaf_hash(digest) for _, _, digest in entries)
        nodes = [{"level": level, "place": place, "hash": digest} for level, place, digest in made]
        forge(
            self._office,
            sa.delete(log_leaves),
            sa.delete(log_nodes),
            sa.insert(log_leaves).values(leaves),
            sa.insert(log_nodes).values(nodes),
        )


def _numbered(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """As rows: each chain counted from 1 and hashed from its beginning."""
    heads: dict[int, tuple[int, bytes]] = {}
    rows = []
    for line in lines:
        seq, previous = heads.get(line.application_id, (0, GENESIS))
        said = {**line.said, "seq": seq + 1}
        body = canonical(said)
        heads[line.application_id] = (seq + 1, link(previous, body))
        rows.append(
            {
                "application_id": line.application_id,
                "seq": seq + 1,
                "at": datetime.fromisoformat(str(said["at"])),
                "kind": said["kind"],
                "desk": said.get("desk"),
                "actor": said["actor"],
                "body": body,
                "hash": heads[line.application_id][1],
            }
        )
    return rows
