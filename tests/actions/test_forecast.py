"""How long answers took lately, worked out from the applications that were answered."""

from datetime import timedelta

import sqlalchemy as sa

from routing.actions.forecast import forecast
from routing.actions.withdraw import withdraw
from routing.storage.tables import forecasts
from tests.domain.people_of_the_mall import BUDI, DEWI, IDA, OMAR, RATNA, SARI, WAYAN
from tests.mall import Mall
from tests.threads import at_once

REST = ((SARI, "recommend"), (WAYAN, "forward"), (RATNA, "sign"), (DEWI, "forward"), (BUDI, "hand-over"))


def known(mall: Mall) -> dict[tuple[str, str, str], tuple[int, int, int]]:
    with mall.office.reading() as connection:
        rows = connection.execute(sa.select(forecasts)).all()
    return {(row.service, row.step, row.desk): (row.cases, row.median_days, row.p90_days) for row in rows}


def test_cases_are_measured_from_their_first_arrival_to_their_answer(mall: Mall) -> None:
    verify, repair = ("sip-dokter", "verify", "verifikasi"), ("sip-dokter", "repair", "loket-pendaftaran")
    first = mall.registers()
    mall.carries()
    # Monday: returned; a week later it is back: as the case stood still, so it is counted.
    mall.decides(first, OMAR, "return", reason="STR kabur", requirements=("registration",))
    mall.carries()
    mall.clock.advance(timedelta(days=7))
    mall.decides(first, IDA, "resubmit")
    mall.walks(first, ((OMAR, "forward"), *REST))
    assert forecast(mall.office) > 0
    assert known(mall)[verify] == known(mall)[repair] == (1, 5, 5)
    second = mall.registers()
    mall.walks(second, ((OMAR, "forward"), *REST))
    forecast(mall.office)
    assert known(mall)[verify] == (2, 0, 5)
    assert known(mall)[repair] == (1, 5, 5)


def test_what_the_applicant_took_back_is_no_answer(mall: Mall) -> None:
    application = mall.registers()
    withdraw(mall.office, application.number, desk="loket-pendaftaran", reason="", person_id=mall.id_of(IDA))
    assert forecast(mall.office) == 0
    assert known(mall) == {}


def test_two_beats_at_once_write_the_same(mall: Mall) -> None:
    mall.walks(mall.registers())
    before = forecast(mall.office)
    assert at_once(*[lambda: forecast(mall.office)] * 4) == [before] * 4
    assert len(known(mall)) == before
