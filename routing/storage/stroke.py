"""The rows of a move, or of a whole bundle of arrivals, in one statement, on PostgreSQL.

As four statements they cost it twice the processor time, and the program three more round trips; a decision was
measured to spend more on that than on deciding. What is written is what ``Transaction.record_all`` writes otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

from routing.domain.audit_chain import Entry
from routing.domain.move import Move
from routing.domain.visits import Visit
from routing.storage import applications, visits
from routing.storage.straight import Question, leave
from routing.storage.tables import applications as applications_table
from routing.storage.tables import audit_entries
from routing.storage.tables import visits as visits_table


def fits(connection: Connection, move: Move) -> bool:
    """Whether the move can be written so: a change of one visit with one entry, and at most one hand-off."""
    if connection.dialect.name != "postgresql" or move.before is None or move.attachments:
        return False
    if move.after.papers != move.before.papers:
        return False
    if len(move.entries) != 1 or not move.visits:
        return False
    if move.visits[0].version != move.after.version:
        # The one statement has one version for both: a move that leaves the visit's as it was takes the long way.
        return False
    known = [visit.no <= move.before.visit_count for visit in move.visits]
    # A trouble is a document, which the driver alone does not know how to send.
    return known in ([True], [True, False]) and move.visits[0].trouble is None


def write(connection: Connection, moves: Sequence[Move]) -> None:
    """Writes them in this order, at the latest with the commit; that fails by WrittenMeanwhile where an application is
    not at ``before``'s version.
    """
    if len(moves) >= _WORTH_A_BUNDLE and _is_bundle(moves):
        rows = [_row(move) for move in moves]
        leave(connection, _BUNDLE, {name: [row[name] for row in rows] for name in _COLUMNS}, lambda: _meanwhile(moves))
        return
    for move in moves:
        question = _WITHOUT_HAND_OFF if len(move.visits) == 1 else _WITH_HAND_OFF
        leave(connection, question, _row(move), partial(_meanwhile, [move]))


def _is_bundle(moves: Sequence[Move]) -> bool:
    """Whether they can all be written at once: no hand-off among them, and no application twice."""
    return all(len(move.visits) == 1 for move in moves) and len({move.after.id for move in moves}) == len(moves)


def _row(move: Move) -> dict[str, Any]:
    if move.before is None:
        raise TypeError(move)
    row = applications.changed_row(move.before, move.after) | visits.changed_row(move.visits[0])
    row |= {f"entry_{name}": getattr(move.entries[0], name) for name in Entry.__dataclass_fields__}
    if len(move.visits) == 2:
        row |= {f"sent_{name}": getattr(move.visits[1], name) for name in Visit.__dataclass_fields__}
    return row


def _meanwhile(moves: Sequence[Move]) -> applications.WrittenMeanwhile:
    numbers = ", ".join(move.after.number for move in moves)
    return applications.WrittenMeanwhile(f"{applications.WrittenMeanwhile.__doc__} ({numbers})")


def _statement(*, with_hand_off: bool) -> Question:
    advanced = applications.UPDATE.returning(sa.literal_column("1")).cte("advanced")
    parts: list[Any] = [visits.UPDATE.cte("changed"), _inserted(audit_entries, Entry, "entry").cte("written")]
    if with_hand_off:
        parts.append(_inserted(visits_table, Visit, "sent").cte("sent"))
    # Divides by zero where nothing was advanced: the COMMIT that is sent along must not come through then.
    return Question(sa.select(sa.literal_column("1 / count(*)")).select_from(advanced).add_cte(*parts))


def _inserted(table: sa.Table, kind: type[Entry | Visit], prefix: str) -> sa.Insert:
    names = kind.__dataclass_fields__
    return sa.insert(table).values({name: sa.bindparam(f"{prefix}_{name}") for name in names})


def _bundle() -> tuple[Question, tuple[str, ...]]:
    """The same of many moves without a hand-off, and the columns of what is sent: an array of each."""
    kinds = {f"b_{name}_new": applications_table.c[name].type for name in applications.CHANGED}
    kinds |= {f"b_{name}_new": visits_table.c[name].type for name in visits.CHANGED if name != "trouble"}
    kinds |= {f"entry_{name}": audit_entries.c[name].type for name in Entry.__dataclass_fields__}
    kinds |= {"b_id": sa.BigInteger(), "b_version": sa.Integer(), "b_application_id": sa.BigInteger()}
    kinds |= {"b_no": sa.Integer()}
    arrays = [sa.cast(sa.bindparam(name), ARRAY(kind)) for name, kind in kinds.items()]
    columns = [sa.column(name, kind) for name, kind in kinds.items()]
    row = sa.func.unnest(*arrays).table_valued(*columns, name="sent_row").render_derived()
    moved = sa.select(row).cte("moved").c
    advanced = (
        sa.update(applications_table)
        .where(applications_table.c.id == moved.b_id, applications_table.c.version == moved.b_version)
        .values({name: moved[f"b_{name}_new"] for name in applications.CHANGED})
    )
    changed = (
        sa.update(visits_table)
        .where(visits_table.c.application_id == moved.b_application_id, visits_table.c.no == moved.b_no)
        .values({name: moved[f"b_{name}_new"] for name in visits.CHANGED if name != "trouble"} | {"trouble": sa.null()})
    )
    names = list(Entry.__dataclass_fields__)
    written = sa.insert(audit_entries).from_select(names, sa.select(*(moved[f"entry_{name}"] for name in names)))
    found = advanced.returning(sa.literal_column("1")).cte("advanced")
    wanted = sa.func.cardinality(arrays[0])
    # As above, where not every one was advanced.
    is_whole = sa.cast(sa.select(sa.func.count()).select_from(found).scalar_subquery() == wanted, sa.Integer())
    statement = sa.select(sa.literal_column("1") / is_whole).add_cte(changed.cte("changed"), written.cte("written"))
    return Question(statement, is_prepared=False), tuple(kinds)


# Built once: building a statement at each call halves the rate of moves.
_WITH_HAND_OFF = _statement(with_hand_off=True)
_WITHOUT_HAND_OFF = _statement(with_hand_off=False)
_BUNDLE, _COLUMNS = _bundle()
# Fewer are written sooner by statements whose plan is kept.
_WORTH_A_BUNDLE = 4
