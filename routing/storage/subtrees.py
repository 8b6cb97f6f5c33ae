"""The complete subtrees of the log's tree, read: what proofs are made of, in one query each."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.merkle_log import leaf_hash
from routing.storage.tables import log_leaves, log_nodes

_OF_LEAVES = sa.select(sa.literal(0).label("level"), log_leaves.c.leaf.label("place"), log_leaves.c.hash).where(
    log_leaves.c.leaf.in_(sa.bindparam("leaves", expanding=True))
)
_OF_NODES = sa.select(log_nodes.c.level, log_nodes.c.place, log_nodes.c.hash).where(
    sa.tuple_(log_nodes.c.level, log_nodes.c.place).in_(sa.bindparam("nodes", expanding=True))
)
_OF_BOTH = sa.union_all(_OF_LEAVES, _OF_NODES)


def subtrees(connection: Connection, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Hashes by level and place, level 0 the leaves; what is not stored is left out."""
    leaves = [place for level, place in places if level == 0]
    nodes = [one for one in places if one[0] > 0]
    if not leaves and not nodes:
        return {}
    asked = _OF_BOTH if leaves and nodes else _OF_NODES if nodes else _OF_LEAVES
    values = ({"leaves": leaves} if leaves else {}) | ({"nodes": nodes} if nodes else {})
    return {
        (row.level, row.place): bytes(row.hash) if row.level else leaf_hash(bytes(row.hash))
        for row in connection.execute(asked, values)
    }
