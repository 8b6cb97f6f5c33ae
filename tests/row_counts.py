"""How much stands in the books: what was refused has changed none of these numbers."""

import sqlalchemy as sa

from routing.storage.database import Database
from routing.storage.tables import applications, metadata, services, visits


def row_counts(database: Database) -> dict[str, object]:
    """Rows by table, and the numbers that grow without a new row."""
    with database.reading() as connection:
        counts: dict[str, object] = {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }
        for what, column in (
            ("versions", applications.c.version),
            ("numbers given out", services.c.last_number),
            ("rings", visits.c.rings),
        ):
            counts[what] = connection.execute(sa.select(sa.func.sum(column))).scalar()
        for what, column in (
            ("closed", visits.c.closed_at),
            ("held", visits.c.holder),
            ("arrived", visits.c.arrived_at),
        ):
            counts[what] = connection.execute(sa.select(sa.func.count(column))).scalar()
    return counts
