"""The complete subtrees of the log's tree, read: what proofs are made of, in one query each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

from routing.domain.merkle_log import leaf_hash
from routing.storage.straight import Question, ask
from routing.storage.tables import log_nodes

# Both tables are looked into by their keys; for a list of pairs SQLite would read all of a table instead.
_FOUND = """
SELECT wanted.level, wanted.place, coalesce(log_nodes.hash, log_leaves.hash) AS hash FROM {wanted}
LEFT JOIN log_nodes ON log_nodes.level = wanted.level AND log_nodes.place = wanted.place
LEFT JOIN log_leaves ON wanted.level = 0 AND log_leaves.leaf = wanted.place
"""
_ON_POSTGRESQL = Question(
    sa.text(_FOUND.format(wanted="unnest(:levels, :places) AS wanted (level, place)")).bindparams(
        sa.bindparam("levels", type_=ARRAY(log_nodes.c.level.type)),
        sa.bindparam("places", type_=ARRAY(log_nodes.c.place.type)),
    ),
    is_prepared=False,
)
_ON_SQLITE = sa.text(
    _FOUND.format(
        wanted="(SELECT levels.value AS level, places.value AS place FROM json_each(:levels) AS levels"
        " JOIN json_each(:places) AS places ON places.key = levels.key) AS wanted"
    )
)


def stored_hashes(connection: Connection, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """As they are stored, by level and place: of level 0 the entry's hash; what is not stored is left out."""
    if not places:
        return {}
    levels, at = [level for level, _ in places], [place for _, place in places]
    if connection.dialect.name == "postgresql":
        (rows,) = ask(connection, (_ON_POSTGRESQL, {"levels": levels, "places": at}))
    else:
        rows = list(connection.execute(_ON_SQLITE, {"levels": json.dumps(levels), "places": json.dumps(at)}))
    return {(level, place): bytes(digest) for level, place, digest in rows if digest is not None}


def subtrees(connection: Connection, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """The same as nodes of the tree: of level 0 the leaf's hash."""
    return as_nodes(stored_hashes(connection, places))


def as_nodes(stored: Mapping[tuple[int, int], bytes]) -> dict[tuple[int, int], bytes]:
    """What was stored, as nodes of the tree."""
    return {where: digest if where[0] else leaf_hash(digest) for where, digest in stored.items()}
