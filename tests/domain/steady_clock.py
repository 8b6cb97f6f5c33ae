"""The permit with every limit, at given moments: under a clock that never fails, and one that looks when it likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import strategies as st

from routing.domain.errors import Refusal
from tests.domain.people_of_the_mall import IDA, MORNING, OMAR, RATNA, Walk
from tests.domain.route_of_times import times

_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
#: Everything there is to be said on that route, and by whom.
SAYINGS = {
    "forward": (OMAR, ""),
    "return": (OMAR, "Foto buram"),
    "refuse": (OMAR, "Tidak memenuhi syarat"),
    "sign": (RATNA, ""),
    "issue-deemed": (RATNA, "Batas waktu terlewati"),
    "resubmit": (IDA, ""),
    "lapse": (IDA, "Tidak datang"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """At that moment the clock looks (``says`` is None), or somebody tries to say something."""

    at: datetime
    says: str | None


@st.composite
def happenings(draw: st.DrawFn) -> list[Happening]:
    """What happens in two months or so, and two rounds of the clock behind everything."""
    at, drawn = MORNING + _HOUR, []
    gaps = st.sampled_from([1, 5, 24, 24, 72, 120, 200])
    # Mostly what leads on and back, so that there is something to be late with.
    said = st.sampled_from([None, None, "forward", "return", "return", "resubmit", "resubmit", *SAYINGS])
    for gap, says in draw(st.lists(st.tuples(gaps, said), min_size=2, max_size=9)):
        at += timedelta(hours=gap)
        drawn.append(Happening(at, says))
    end = at + timedelta(days=150)
    return [*drawn, Happening(end, None), Happening(end + timedelta(days=60), None)]


def walked(script: Sequence[Happening], *, steadily: bool, **changed: object) -> tuple[Walk, list[bool]]:
    """The application behind it all, and of each saying whether it was accepted.

    ``steadily``: the clock looks whenever something is due, and not otherwise.
    """
    walk = Walk(times(**changed), papers=()).arrives()
    accepted = []
    for one in script:
        if steadily:
            _looks_steadily(walk, one.at)
        elif one.says is None:
            walk.the_clock_looks(one.at)
        if one.says is not None:
            if not steadily:
                # As the office does before it decides.
                walk.the_clock_looks(one.at)
            accepted.append(_is_accepted(walk, one))
    return walk, accepted


def _looks_steadily(walk: Walk, until: datetime) -> None:
    while True:
        looks = [walk.application.wake_at, *(visit.warn_at for visit in walk.open_visits)]
        due = min((one for one in looks if one is not None), default=None)
        if due is None or due > until:
            return
        walk.at = max(walk.at, due)
        walk.the_clock_looks(walk.at)


def _is_accepted(walk: Walk, one: Happening) -> bool:
    by, reason = SAYINGS[one.says or ""]
    _arrives_at(walk, one.at)
    walk.at = one.at - _HOUR - _MINUTE
    try:
        walk.decides(by, one.says or "", reason=reason)
    except Refusal:
        return False
    finally:
        walk.at = one.at
    _arrives_at(walk, one.at)
    return True


def _arrives_at(walk: Walk, at: datetime) -> None:
    walk.at = at - _MINUTE
    walk.arrives()
