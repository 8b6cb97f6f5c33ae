"""Messages may be lost, doubled, late or forged: a document arrives once, and only where it was sent."""

from datetime import timedelta

import pytest

from routing.actions.deliver import deliver
from routing.actions.ring import collect_rings
from routing.actions.withdraw import withdraw
from routing.domain.application import Application
from routing.domain.visits import HandOffName
from routing.reading.chains import verify_chains
from tests.domain.people_of_the_mall import IDA, MORNING, OMAR
from tests.mall import Mall
from tests.row_counts import row_counts
from tests.threads import at_once


def sent(mall: Mall) -> Application:
    return mall.registers()


def to_verification(document: Application) -> HandOffName:
    return (document.id, 2)


def test_a_document_arrives_at_the_offices_time(mall: Mall) -> None:
    document = sent(mall)
    now = mall.clock.advance(timedelta(seconds=4))
    assert deliver(mall.office, [to_verification(document)]) == 1
    (visit,) = mall.open_visits(document)
    assert (visit.sent_at, visit.arrived_at) == (MORNING, now)
    assert mall.application(document.number).version == document.version + 1


def test_a_second_message_finds_nothing_to_do(mall: Mall) -> None:
    document = sent(mall)
    assert deliver(mall.office, [to_verification(document)]) == 1
    before = row_counts(mall.office.database)
    mall.clock.advance(timedelta(minutes=1))
    assert deliver(mall.office, [to_verification(document)]) == 0
    assert row_counts(mall.office.database) == before
    assert mall.open_visits(document)[0].arrived_at == MORNING


def test_a_message_that_comes_too_late_changes_nothing(mall: Mall) -> None:
    document = sent(mall)
    deliver(mall.office, [to_verification(document)])
    mall.decides(document, OMAR, "forward")
    before = row_counts(mall.office.database)
    assert deliver(mall.office, [to_verification(document)]) == 0
    assert row_counts(mall.office.database) == before
    assert not mall.open_visits(document)[0].has_arrived


def test_what_was_recalled_does_not_arrive(mall: Mall) -> None:
    document = sent(mall)
    (message,) = collect_rings(mall.office)
    withdraw(mall.office, document.number, desk="loket-pendaftaran", reason="", person_id=mall.id_of(IDA))
    before = row_counts(mall.office.database)
    assert deliver(mall.office, message.hand_offs) == 0
    assert row_counts(mall.office.database) == before


FORGED: list[HandOffName] = [(0, 0), (-1, -1), (1, 2), (2**62, 2), (2**63 - 1, 2**31 - 1), (2**63, 2), (-(2**70), 1)]


def test_what_was_never_sent_does_not_arrive(mall: Mall, subtests: pytest.Subtests) -> None:
    document = sent(mall)
    before = row_counts(mall.office.database)
    for forged in (*FORGED, (document.id, 1), (document.id, 3), (document.id, 2**70)):
        with subtests.test(str(forged)):
            assert deliver(mall.office, [forged]) == 0
            assert row_counts(mall.office.database) == before


def test_an_empty_message_is_nothing(mall: Mall) -> None:
    before = row_counts(mall.office.database)
    assert deliver(mall.office, []) == 0
    assert row_counts(mall.office.database) == before


def test_in_a_bundle_everything_good_arrives_once(mall: Mall) -> None:
    documents = [sent(mall) for _ in range(4)]
    deliver(mall.office, [to_verification(documents[0])])
    bundle = [to_verification(one) for one in documents]
    assert deliver(mall.office, [*bundle, *FORGED[:5], *reversed(bundle), bundle[2]]) == 3
    assert all(mall.open_visits(one)[0].has_arrived for one in documents)
    report = verify_chains(mall.office)
    assert (report.entries, report.breaks) == (4 * 3, ())


def test_the_same_bundle_at_several_workers_at_once_arrives_once(mall: Mall) -> None:
    documents = [sent(mall) for _ in range(12)]
    bundle = [to_verification(one) for one in documents]
    shuffled = [bundle, bundle[::-1], bundle[5:] + bundle[:5], bundle[::2]]
    results = at_once(*(lambda one=one: deliver(mall.office, one) for one in shuffled))
    assert sum(results) == 12
    report = verify_chains(mall.office)
    assert (report.entries, report.breaks) == (12 * 3, ())
