"""The courier of a mall that is one process, end to end: what is sent arrives, whenever it was sent."""

import time
from pathlib import Path

import pytest

from routing.actions.ring import collect_rings
from routing.domain.application import Application
from routing.reading.chains import verify_chains
from tests.actions.pbg import COUNTER, opens_pbg
from tests.mall import ALL_GOES_WELL, Mall
from tests.waiting import wait_until
from workers.desk_worker import queues_for
from workers.embedded import courier


def has_arrived(mall: Mall, document: Application) -> bool:
    return all(visit.has_arrived for visit in mall.open_visits(document))


def wait_for(mall: Mall, document: Application) -> float:
    return wait_until(f"{document.number} has arrived", lambda: has_arrived(mall, document))


def test_a_document_goes_all_the_way_by_itself(live_mall: Mall) -> None:
    with courier(live_mall.office):
        document = live_mall.registers()
        for by, decision in ALL_GOES_WELL:
            wait_for(live_mall, document)
            document = live_mall.decides(document, by, decision)
    assert document.step == "granted"
    report = verify_chains(live_mall.office)
    assert (report.entries, report.breaks) == (14, ())


def test_a_document_that_was_sent_before_the_start_arrives(live_mall: Mall) -> None:
    documents = [live_mall.registers() for _ in range(60)]
    # They had been rung for, and the broker that had the messages is gone.
    assert len(collect_rings(live_mall.office)) == 2
    with courier(live_mall.office) as relay:
        for document in documents:
            wait_for(live_mall, document)
        assert relay.messages == 2


def test_it_ends_within_five_seconds_and_can_begin_again(live_mall: Mall) -> None:
    for _ in range(3):
        with courier(live_mall.office):
            wait_for(live_mall, live_mall.registers())
            started = time.monotonic()
        assert time.monotonic() - started < 5.0


def test_nothing_is_carried_once_it_has_ended(live_mall: Mall) -> None:
    with courier(live_mall.office):
        pass
    document = live_mall.registers()
    assert not has_arrived(live_mall, document)
    with courier(live_mall.office):
        wait_for(live_mall, document)


def test_it_runs_the_beat_too_and_ends_with_it(live_mall: Mall, tmp_path: Path) -> None:
    with courier(live_mall.office, beat_file=tmp_path / "beat"):
        wait_for(live_mall, live_mall.registers())
        started = time.monotonic()
    assert time.monotonic() - started < 5.0
    assert list(tmp_path.glob("beat*"))


def test_a_desk_that_is_new_is_served_without_a_restart(live_mall: Mall) -> None:
    with courier(live_mall.office):
        opens_pbg(live_mall)
        document = live_mall.registers(service="pbg", by=COUNTER, papers=(), next_desk="struktur")
        wait_for(live_mall, document)


def test_what_goes_wrong_inside_the_mall_ends_the_courier_too(live_mall: Mall) -> None:
    with pytest.raises(ZeroDivisionError), courier(live_mall.office):
        raise ZeroDivisionError
    with courier(live_mall.office):
        wait_for(live_mall, live_mall.registers())


@pytest.mark.parametrize(
    ("pattern", "desks"),
    [
        ("verifikasi", {"verifikasi"}),
        ("loket-pen*", {"loket-pendaftaran", "loket-penyerahan", "loket-pengaduan"}),
        ("verifikasi, penomoran", {"verifikasi", "penomoran"}),
        ("nowhere", set()),
        ("", set()),
        ("VERIFIKASI", set()),
    ],
)
def test_a_worker_serves_the_desks_of_its_pattern(sqlite_mall: Mall, pattern: str, desks: set[str]) -> None:
    assert set(queues_for(sqlite_mall.office, pattern)) == {f"desk.{code}" for code in desks}


def test_a_star_is_every_desk_there_is(sqlite_mall: Mall) -> None:
    with sqlite_mall.office.transaction() as tx:
        desks = tx.published.desk_codes()
    assert set(queues_for(sqlite_mall.office, "*")) == {f"desk.{code}" for code in desks}
