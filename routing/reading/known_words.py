"""Which of the words somebody asked by does the office know? Only those are written where nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.log_reading import UNKNOWN
from routing.office import Office
from routing.reading.audit_search import COLUMNS
from routing.storage.tables import applications, desks, entry_index, entry_reasons, people, services, units

#: Where each kind of word would stand if there were such a thing.
_STANDS: Mapping[str, tuple[sa.Column[Any], ...]] = {
    **{name: (entry_index.c[name],) for name in COLUMNS},
    "number": (applications.c.number,),
    "reason": (entry_reasons.c.reason,),
    "actor": (entry_index.c.actor, people.c.code),
    "desk": (entry_index.c.desk, desks.c.code),
    "unit": (entry_index.c.unit, units.c.code),
    "service": (entry_index.c.service, services.c.code),
}


def known_words(office: Office, question: Mapping[str, str]) -> dict[str, str]:
    """The question, with a sign in place of what the office knows nothing of; times and the like stay as they are."""
    with office.reading() as connection:
        return {
            name: value if name not in _STANDS or _is_known(connection, name, value) else UNKNOWN
            for name, value in question.items()
        }


def _is_known(connection: Connection, name: str, value: str) -> bool:
    return any(
        connection.execute(sa.select(column).where(column == sa.literal(value)).limit(1)).first() is not None
        for column in _STANDS[name]
    )
