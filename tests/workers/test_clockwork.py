"""The beat keeps time: what two months of silence left undone is done as soon as it ticks, and travels on."""

import contextlib
from datetime import timedelta
from pathlib import Path

from routing.domain.application import Application
from routing.office import Office, wall_clock
from routing.settings import Settings
from tests.actions.times_in_the_mall import kinds, opens, registers
from tests.clock import Clock
from tests.domain.route_of_times import DEEMED
from tests.mall import Mall
from tests.waiting import wait_until
from workers.embedded import courier


def is_written_down(mall: Mall, document: Application) -> bool:
    """Whether it lies where the deemed approval is written down."""
    return [(one.step, one.has_arrived) for one in mall.open_visits(document)] == [("write-down", True)]


def test_what_the_law_deemed_while_the_mall_was_closed_is_there_once_it_opens(
    settings: Settings, tmp_path: Path
) -> None:
    quick = settings.model_copy(update={"sweep_seconds": 0.05, "clock_seconds": 0.1})
    clock = Clock(wall_clock() - timedelta(days=60))
    with contextlib.closing(Office(quick, clock=clock)) as office:
        mall = Mall(office, clock)
        opens(mall, legal_limit=DEEMED)
        document = registers(mall)
        clock.now = wall_clock()
        with courier(office, beat_file=tmp_path / "beat"):
            wait_until("it is where it is written down", lambda: is_written_down(mall, document))
        assert kinds(mall, document).count("deemed") == 1
