"""Which desks are there?"""

from __future__ import annotations

import sqlalchemy as sa

from routing.office import Office
from routing.storage.tables import desks

_CODES = sa.select(desks.c.code).order_by(desks.c.code)


def desk_codes(office: Office) -> tuple[str, ...]:
    """The code of every desk."""
    with office.reading() as connection:
        return tuple(connection.execute(_CODES).scalars())
