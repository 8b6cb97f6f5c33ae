"""How much of what is there? The counts beside a search: bounded in rows and in time, and honest about both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from routing.office import Office
from routing.reading.audit_search import COLUMNS, LogFilter, filled_in, matching
from routing.storage.patience import OutOfPatienceError, patience

#: So many of the newest entries that fit are counted.
COUNTED = 10_000
#: What a search can be narrowed by, in the order in which it is shown.
FACETS = ("service", "unit", "desk", "kind", "decision", "outcome", "reason", "channel", "actor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """What the newest entries that fit are, counted."""

    #: how many fit; where ``is_more``, so many were counted and there are more
    count: int = 0
    is_more: bool = False
    #: by facet: each value with its count, the most frequent first
    values: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)


def count_facets(office: Office, wanted: LogFilter, most: int = COUNTED) -> Facets | None:
    """The counts; None: the database did not manage within its time, so nothing is said."""
    try:
        with office.reading() as connection, patience(connection, office.settings.search_milliseconds):
            values = filled_in(connection, wanted)
            if values is None:
                return Facets()
            rows = connection.execute(_counted(values, most), values).all()
    except OutOfPatienceError:
        return None
    counters: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    count = 0
    for facet, value, times in rows:
        if facet == "all":
            count = times
        elif facet == "reasons":
            for reason in value.split():
                counters["reason"][reason] += times
        else:
            counters[facet][value] += times
    ordered = {name: tuple(sorted(one.items(), key=lambda at: (-at[1], at[0]))) for name, one in counters.items()}
    return Facets(count=min(count, most), is_more=count > most, values=ordered)


def _counted(values: dict[str, Any], most: int) -> sa.CompoundSelect[Any]:
    # One more than is counted, which tells whether there are more.
    found = matching(values).limit(most + 1).cte("found")
    newest = (
        sa.select(found)
        .order_by(found.c.at.desc(), found.c.application_id.desc(), found.c.seq.desc())
        .limit(most)
        .cte("newest")
    )
    counts = [
        sa.select(sa.literal(name), newest.c[name], sa.func.count())
        .where(newest.c[name].is_not(None))
        .group_by(newest.c[name])
        for name in (*COLUMNS, "reasons")
    ]
    everything = sa.select(sa.literal("all"), sa.literal(""), sa.func.count()).select_from(found)
    return sa.union_all(everything, *counts)
