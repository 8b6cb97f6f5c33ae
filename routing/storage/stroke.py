"""One move's rows in one statement, on PostgreSQL.

As four statements they cost it twice the processor time, and the program three more round trips; a decision was
measured to spend more on that than on deciding. What is written is what ``Transaction.record_all`` writes otherwise.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.audit_chain import Entry
from routing.domain.move import Move
from routing.domain.visits import Visit
from routing.storage import applications, visits
from routing.storage.straight import Question, ask
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
    known = [visit.no <= move.before.visit_count for visit in move.visits]
    # A trouble is a document, which the driver alone does not know how to send.
    return known in ([True], [True, False]) and move.visits[0].trouble is None


def write(connection: Connection, move: Move) -> None:
    """Writes it; raises WrittenMeanwhile where the application is not at ``before``'s version."""
    if move.before is None:
        raise TypeError(move)
    values = applications.changed_row(move.before, move.after) | visits.changed_row(move.visits[0])
    values |= {f"entry_{name}": getattr(move.entries[0], name) for name in Entry.__dataclass_fields__}
    if len(move.visits) == 2:
        values |= {f"sent_{name}": getattr(move.visits[1], name) for name in Visit.__dataclass_fields__}
    [[advanced]] = ask(connection, (_WITHOUT_HAND_OFF if len(move.visits) == 1 else _WITH_HAND_OFF, values))
    if advanced[0] != 1:
        raise applications.WrittenMeanwhile(f"{applications.WrittenMeanwhile.__doc__} ({move.before.number})")


def _statement(*, with_hand_off: bool) -> Question:
    advanced = applications.UPDATE.returning(sa.literal_column("1")).cte("advanced")
    parts: list[Any] = [visits.UPDATE.cte("changed"), _inserted(audit_entries, Entry, "entry").cte("written")]
    if with_hand_off:
        parts.append(_inserted(visits_table, Visit, "sent").cte("sent"))
    return Question(sa.select(sa.func.count()).select_from(advanced).add_cte(*parts))


def _inserted(table: sa.Table, kind: type[Entry | Visit], prefix: str) -> sa.Insert:
    names = kind.__dataclass_fields__
    return sa.insert(table).values({name: sa.bindparam(f"{prefix}_{name}") for name in names})


# Built once: building a statement at each call halves the rate of moves.
_WITH_HAND_OFF = _statement(with_hand_off=True)
_WITHOUT_HAND_OFF = _statement(with_hand_off=False)
