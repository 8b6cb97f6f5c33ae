"""The first ledger of an application that older programs carried: from its visits, which say where it lay and when.

Later on nobody asks the visits any more; and whoever doubts the ledger finds it in the entry that tells of the count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from routing.domain.application import Application
from routing.domain.audit_chain import rfc3339
from routing.domain.ledger import Interval
from routing.domain.promise_clock import pause_of
from routing.domain.time_limits import Pause
from routing.domain.visits import Visit
from routing.domain.workflow import Workflow


def ledger_from_visits(
    workflow: Workflow, application: Application, visits: Sequence[Visit], *, by: str
) -> list[Interval]:
    """When the promise ran and stood still while these visits, all there were, came and went.

    Between a stop and its resumption it did neither. ``by``: who is said to have begun what nobody's decision began.
    """
    ledger: list[Interval] = []
    for at in sorted({visit.sent_at for visit in visits} | {one.closed_at for one in visits if one.closed_at}):
        here = [one for one in visits if one.sent_at <= at and (one.closed_at is None or one.closed_at > at)]
        pause = pause_of(workflow, here)
        current = ledger[-1] if ledger and ledger[-1].until is None else None
        if here and current is not None and current.pause == pause:
            continue
        if current is not None:
            ledger[-1] = replace(current, until=at)
        if here:
            begun_by = next((one.decided_by for one in visits if one.closed_at == at and one.decided_by), by)
            ledger.append(
                Interval(application_id=application.id, no=len(ledger) + 1, pause=pause, since=at, granted_by=begun_by)
            )
    return ledger


def ledger_facts(ledger: Sequence[Interval]) -> list[dict[str, object]]:
    """The ledger as an entry says it."""
    return [{name: value for name, value in _facts_of(one).items() if value is not None} for one in ledger]


def ledger_said(facts: Sequence[Mapping[str, Any]]) -> list[Interval]:
    """The ledger an entry tells of."""
    return [
        Interval(
            application_id=0,
            no=place,
            pause=Pause(one["pause"]) if one.get("pause") else None,
            since=datetime.fromisoformat(one["since"]),
            until=datetime.fromisoformat(one["until"]) if one.get("until") else None,
            granted_by=one["by"],
        )
        for place, one in enumerate(facts, start=1)
    ]


def open_facts(open_visits: Sequence[Visit]) -> list[dict[str, object]]:
    """Where it lies, as an entry says it: older entries told of visits in another shape."""
    return [{"visit": visit.no, "step": visit.step} for visit in open_visits]


def _facts_of(one: Interval) -> dict[str, object]:
    return {
        "pause": str(one.pause) if one.pause is not None else None,
        "since": rfc3339(one.since),
        "until": rfc3339(one.until) if one.until is not None else None,
        "by": one.granted_by,
    }
