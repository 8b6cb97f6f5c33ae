"""Why is it here? Whose turn, what it waits for, by when - for the staff, and without names for everybody."""

from dataclasses import fields
from datetime import date, timedelta

import pytest

from routing.domain.errors import UnknownApplication
from routing.domain.forecast import Course
from routing.domain.time_limits import Pause
from routing.reading.whereabouts import PublicWhereabouts, Whose, for_the_public, whereabouts
from tests.domain.people_of_the_mall import DEDI, OMAR, YUDI
from tests.mall import Mall

PAPERS_OF_REKLAME = ("form", "id-card", "nib", "npwp", "site", "content", "structure", "land")


def test_a_document_on_its_way_is_the_couriers_and_then_the_desks(mall: Mall) -> None:
    application = mall.registers()
    (waiting,) = whereabouts(mall.office, application.number).waiting
    assert (waiting.whose, waiting.visit.desk) == (Whose.COURIER, "verifikasi")
    mall.carries()
    found = whereabouts(mall.office, application.number)
    (waiting,) = found.waiting
    assert (waiting.whose, waiting.roles, waiting.holder_name) == (Whose.OFFICE, ("verifier",), None)
    assert {one.code for one in waiting.possible} == {"forward", "return"}
    assert waiting.limit is not None
    assert waiting.limit.explained is not None
    assert waiting.limit.explained.due_at == waiting.limit.due_at == waiting.visit.due_at
    assert found.promise is not None
    assert found.promise.explained is not None
    assert found.promise.due_at == application.promise_due
    assert found.promise.explained.due_at == application.promise_due
    assert not found.promise.is_late


def test_a_promise_that_waits_for_a_repair_stands_still_and_says_what_is_asked(mall: Mall) -> None:
    application = mall.registers()
    mall.carries()
    mall.decides(application, OMAR, "return", reason="STR kabur", requirements=("registration",))
    mall.carries()
    mall.clock.advance(timedelta(days=2))
    found = whereabouts(mall.office, application.number)
    (waiting,) = found.waiting
    assert waiting.whose is Whose.APPLICANT
    assert [label.id for label in waiting.to_repair] == ["Surat Tanda Registrasi (STR)"]
    assert found.promise is not None
    assert (found.promise.due_at, found.promise.pause) == (None, Pause.REPAIR)
    assert [one.pause for one in found.ledger] == [None, Pause.REPAIR]
    assert found.names == {"ida": "Ida", "omar": "Omar"}
    public = for_the_public(found)
    assert (public.whose, public.pause, public.paused_since) == (Whose.APPLICANT, Pause.REPAIR, found.ledger[-1].since)


def test_several_desks_at_once_are_told_by_who_has_spoken(mall: Mall) -> None:
    application = mall.registers(service="izin-reklame", papers=PAPERS_OF_REKLAME)
    for by, decision in ((OMAR, "forward"), (YUDI, "invite"), (DEDI, "recommend")):
        mall.carries()
        here = {visit.desk: visit.no for visit in mall.open_visits(application)}
        application = mall.decides(application, by, decision, visit=here[str(by.assignments[0].desk)])
    found = whereabouts(mall.office, application.number)
    assert found.joined is not None
    assert found.joined.spoken == ("pupr",)
    assert set(found.joined.silent) == {"dishub", "bapenda", "satpol-pp"}
    assert (found.joined.given, found.joined.needed) == (1, 4)
    assert for_the_public(found).spoken == (1, 4)
    assert {one.visit.desk for one in found.waiting} == set(found.joined.silent)


def test_an_ended_application_waits_for_nobody_and_keeps_its_dates(mall: Mall) -> None:
    application = mall.registers()
    mall.clock.advance(timedelta(days=40))
    application = mall.walks(application)
    found = whereabouts(mall.office, application.number)
    assert (found.waiting, found.expected) == ((), None)
    assert found.ended_at == application.changed_at
    assert found.promise is not None
    assert found.promise.is_late
    assert for_the_public(found).whose is None


def test_an_answer_is_expected_once_ten_were_given(mall: Mall) -> None:
    application = mall.registers()
    mall.carries()
    for cases, is_told in ((9, False), (10, True)):
        known = Course(service="sip-dokter", step="verify", desk="verifikasi", cases=cases, median_days=3, p90_days=7)
        with mall.office.transaction() as tx:
            tx.forecasts.replace([known], at=mall.office.now())
        found = whereabouts(mall.office, application.number).expected
        assert found is not None
        assert (found.cases, found.is_told) == (cases, is_told)
    assert found is not None
    assert (found.earliest, found.latest) == (date(2026, 3, 5), date(2026, 3, 11))


def test_what_the_public_is_told_has_no_place_for_a_name() -> None:
    kept = {one.name for one in fields(PublicWhereabouts)}
    assert kept == {
        "stage", "whose", "since", "spoken", "to_repair", "promise", "legal", "pause", "paused_since", "answered_at",
        "ended_at", "expected",
    }  # fmt: skip


def test_an_application_nobody_knows_is_refused(mall: Mall) -> None:
    with pytest.raises(UnknownApplication):
        whereabouts(mall.office, "SIP-DOKTER-2026-999999-9")
