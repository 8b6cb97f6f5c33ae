"""Which desks have to be told that documents are on their way: the relay's half of a hand-off, in the database.

The rings are written down before the messages go out. Should the relay die in between, the lease runs out and the
hand-off is rung for again; this is the sweep, there is no second mechanism.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from routing.domain.automatic_desks import RING_LEASE
from routing.domain.hand_offs import HandOff, Ring, lease
from routing.domain.visits import HandOffName
from routing.office import Office

#: Hand-offs one message carries at most.
MOST_IN_A_MESSAGE = 50
#: Hand-offs looked at in one go.
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the relay sends to a desk's queue."""

    id: str
    desk: str
    hand_offs: tuple[HandOffName, ...]
    #: the program of the desk is to look at the one document, which is there already
    is_for_program: bool = False


def collect_rings(office: Office) -> list[Message]:
    """The messages to send now, already marked as rung. Empty: nothing is on its way unrung."""
    with office.transaction() as tx:
        now = office.now()
        waiting, programs = tx.waiting_for_a_ring(now=now, most=MOST_AT_ONCE)
        messages, rings = [], []
        for desk, bundle in _bundles(waiting):
            message = Message(
                id=str(uuid.uuid4()),
                desk=desk,
                hand_offs=tuple((one.application_id, one.no) for one in bundle),
            )
            messages.append(message)
            for one in bundle:
                again_at = now + lease(office.settings.ring_lease_seconds, one.rings)
                rings.append(Ring(hand_off=one, message=message.id, again_at=again_at))
        if rings:
            tx.mark_rung(rings)
        if programs:
            tx.put_off_programs(programs, now + RING_LEASE)
        # A message each: how long a program takes depends on systems outside, and none may hold up another.
        messages += [
            Message(id=str(uuid.uuid4()), desk=one.desk, hand_offs=((one.application_id, one.no),), is_for_program=True)
            for one in programs
        ]
        return messages


def take_back_rings(office: Office, unsent: Sequence[Message]) -> None:
    """The broker did not take these messages: their hand-offs are rung for again as soon as it is back."""
    with office.transaction() as tx:
        tx.take_back_rings([message.id for message in unsent])


def forget_rings(office: Office) -> int:
    """Makes every hand-off on its way be rung for again; how many. For a start with an empty broker."""
    with office.transaction() as tx:
        return tx.ring_all_again()


def _bundles(waiting: list[HandOff]) -> list[tuple[str, list[HandOff]]]:
    at_desk: dict[str, list[HandOff]] = defaultdict(list)
    for one in waiting:
        at_desk[one.desk].append(one)
    return [
        (desk, bundle[start : start + MOST_IN_A_MESSAGE])
        for desk, bundle in at_desk.items()
        for start in range(0, len(bundle), MOST_IN_A_MESSAGE)
    ]
