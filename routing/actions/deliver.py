"""Documents have arrived at a desk: what the Celery task does, safe to do twice.

A message names hand-offs and says nothing else; what is true is read from the rows. A hand-off that has arrived, was
recalled or never existed is passed over, so lost, doubled, late and forged messages are all harmless.
"""

from __future__ import annotations

from collections.abc import Sequence

from routing.domain import stays
from routing.domain.due_dates import is_long_on_its_way
from routing.domain.move import Move
from routing.domain.visits import HandOffName
from routing.office import Office


def deliver(office: Office, hand_offs: Sequence[HandOffName]) -> int:
    """How many of the hand-offs arrived just now; one transaction for all of them."""
    # No id of ours is longer, and a database takes none that is; a forged one may be.
    wanted = {(int(application), int(no)) for application, no in hand_offs if 0 < int(application) < 2**63}
    with office.transaction() as tx:
        applications, open_visits = tx.to_deliver([one for one, _ in wanted])
        found = {application.id: application for application in applications}
        arrivals: list[Move] = []
        for visit in open_visits:
            if visit.has_arrived or (visit.application_id, visit.no) not in wanted:
                continue
            application = found[visit.application_id]
            book = office.book_of(application, tx)
            now = office.now()
            # Nobody warns of a visit whose time is not counted; only then is it worth asking whether it stands still.
            may_stand_still = visit.warn_at is None and is_long_on_its_way(visit, now)
            ledger = tx.ledger(application) if may_stand_still else ()
            move = stays.arrive(book, application, visit, now=now, ledger=ledger)
            found[visit.application_id] = move.after
            arrivals.append(move)
        tx.record_all(arrivals)
        return len(arrivals)
