"""A program at its desk, end to end: real relay, real Celery, real HTTP, and nobody clicks."""

from functools import partial

from routing.domain.application import Application
from routing.office import Office
from routing.settings import Settings
from tests.clock import Clock
from tests.domain.people_of_the_mall import ADIT, NIA
from tests.mall import Mall
from tests.waiting import wait_until
from workers.desks.simulators import Temper, simulating
from workers.embedded import courier


def has_arrived(mall: Mall, document: Application) -> bool:
    return mall.open_visits(document)[0].has_arrived


def has_a_number(mall: Mall, document: Application) -> bool:
    return mall.application(document.number).step == "hand-over"


PAPERS = ("id-card", "npwp", "contact")


def test_the_number_is_there_without_a_click_although_the_system_outside_is_moody(
    settings: Settings, clock: Clock
) -> None:
    moody = Temper(down=0.3, wrong=0.2, seed=3)
    with simulating(moody) as (address, simulators):
        quick = {"sweep_seconds": 0.05, "desk_refresh_seconds": 0.2, "automatic_retry_seconds": 0.01}
        office = Office(settings.model_copy(update={**quick, "oss_url": address}))
        mall = Mall(office, clock)
        with courier(office):
            documents = [mall.registers(service="nib", papers=PAPERS, decision="call") for _ in range(6)]
            for document in documents:
                arrived = partial(has_arrived, mall, document)
                wait_until("it is with the assistant", arrived)
                mall.decides(document, NIA, "file")
            for document in documents:
                wait_until("it has a number", partial(has_a_number, mall, document))
        office.close()
    assert sum(simulators.asked.values()) > len(documents)  # Some had to be asked for again.
    assert len(simulators.asked) == len(documents)


def test_a_mall_without_a_connection_asks_for_help_and_people_decide(live_mall: Mall) -> None:
    with courier(live_mall.office):
        document = live_mall.registers(service="nib", papers=PAPERS, decision="call")
        wait_until("it is with the assistant", lambda: live_mall.open_visits(document)[0].has_arrived)
        live_mall.decides(document, NIA, "file")
        wait_until("it asks for help", lambda: live_mall.open_visits(document)[0].needs_attention)
        assert live_mall.decides(document, ADIT, "issue").step == "hand-over"
