"""Which entries were passed over when the log was sealed: without a leaf, although what came long after them is sealed.

Whoever may do anything in the database can keep an entry from the sequencer for a while; while it has no leaf it can be
changed unseen. Where nothing is sealed at all, nothing is passed over: that is told by what waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from routing.domain.office_entries import OFFICE
from routing.office import Office
from routing.storage.tables import applications, audit_entries, log_checkpoints, log_leaves, office_entries

#: How much later something has to be sealed; a batch, a restart and a slow transaction fit in.
_LATER = timedelta(minutes=10)
#: Where the sequencer has been misled about everything, so many are named.
_MOST = 1_000
_NEWEST = sa.select(log_checkpoints.c.at).order_by(log_checkpoints.c.size.desc()).limit(1)
_OF_APPLICATIONS = (
    sa.select(applications.c.number, audit_entries.c.application_id, audit_entries.c.seq)
    .outerjoin(applications, applications.c.id == audit_entries.c.application_id)
    .where(
        audit_entries.c.at < sa.bindparam("before"),
        # An imported case is of long ago; by its id, which grows with time, it is told when it came in.
        audit_entries.c.application_id < sa.bindparam("newest_id"),
        ~sa.select(1)
        .where(log_leaves.c.application_id == audit_entries.c.application_id, log_leaves.c.seq == audit_entries.c.seq)
        .exists(),
    )
    .order_by(audit_entries.c.application_id, audit_entries.c.seq)
    .limit(_MOST)
)
_OF_OFFICE = (
    sa.select(office_entries.c.seq)
    .where(
        office_entries.c.at < sa.bindparam("before"),
        ~sa.select(1).where(log_leaves.c.application_id == OFFICE, log_leaves.c.seq == office_entries.c.seq).exists(),
    )
    .order_by(office_entries.c.seq)
    .limit(_MOST)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """An entry without a leaf that should have one."""

    #: of which application; of one that has no row any more: its id; None: of the office
    number: str | None
    seq: int


def passed_over(office: Office) -> tuple[PassedOver, ...]:
    """The entries that were, the office's first."""
    with office.reading() as connection:
        newest = connection.execute(_NEWEST).scalar()
        if newest is None:
            return ()
        before = newest - _LATER
        of_office = connection.execute(_OF_OFFICE, {"before": before}).scalars().all()
        values = {"before": before, "newest_id": int(before.timestamp() * 1000) << 20}
        rows = connection.execute(_OF_APPLICATIONS, values).all()
    found = [PassedOver(number=None, seq=seq) for seq in of_office]
    found += [PassedOver(number=number or f"application {of_it}", seq=seq) for number, of_it, seq in rows]
    return tuple(found)
