"""Do the rows of attached papers say what the log says of them? Asked by ``chains``, application by application."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.papers import digest_of
from routing.storage.tables import applications, attachments

_ROWS = (
    sa.select(attachments)
    .join_from(attachments, applications, applications.c.id == attachments.c.application_id)
    .order_by(attachments.c.application_id, attachments.c.no)
)
_OF_SERVICE = _ROWS.where(applications.c.service == sa.bindparam("service"))
_OF_APPLICATION = _ROWS.where(applications.c.number == sa.bindparam("number"))
_ROWS_AT_ONCE = 2_000


class PaperRows:
    """The rows of attachments beside the log, read once in the order of the applications' ids."""

    def __init__(self, connection: Connection, service: str | None, number: str | None) -> None:
        statement = _OF_APPLICATION if number else _OF_SERVICE if service else _ROWS
        wanted = {"number": number} if number else {"service": service} if service else {}
        self._rows = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement, wanted)
        self._groups = groupby(self._rows, key=lambda row: row.application_id)
        self._next: tuple[int, list[Any]] | None = None

    def of(self, application_id: int) -> list[Any]:
        """The rows of this application; to be asked for in the order of the ids."""
        while self._next is None or self._next[0] < application_id:
            group = next(self._groups, None)
            if group is None:
                return []
            self._next = (group[0], list(group[1]))
        return self._next[1] if self._next[0] == application_id else []

    def close(self) -> None:
        """Lets go of what was not read."""
        self._rows.close()


def paper_problems(
    key: bytes, rows: Sequence[Any], said: Sequence[tuple[int, Mapping[str, Any]]]
) -> Iterator[tuple[int, str]]:
    """As (entry, what is wrong); ``said``: every entry of the application that attached a paper, with its body."""
    there = {row.no: row for row in rows}
    for seq, body in said:
        row = there.pop(body.get("attachment"), None)
        if row is None:
            yield seq, "the paper this entry attached is not in the books any more"
        elif _told(key, row) != {name: body.get(name) for name in ("requirement", "media_type", "bytes", "digest")}:
            yield seq, "the paper in the books is not the one this entry attached"
    for no in there:
        yield (said[-1][0] if said else 1), f"paper {no} is in the books and no entry attached it"


def _told(key: bytes, row: Any) -> dict[str, Any]:
    return {
        "requirement": row.requirement,
        "media_type": row.media_type,
        "bytes": row.bytes,
        "digest": digest_of(key, row.sha256),
    }
