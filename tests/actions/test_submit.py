"""The counter registers: a number, a tracking code, and everything or nothing in the books."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from stdnum import damm

from routing.actions.publish import publish
from routing.actions.submit import Registration, submit
from routing.domain.application import Application, Particulars, Submission
from routing.domain.errors import (
    DecisionNotPossible,
    DeskNotOffered,
    FormUsedUp,
    MalformedField,
    MalformedNik,
    NotAllowed,
    NotUtf8,
    Refusal,
    RequirementMissing,
    TextTooLong,
    UnknownDecision,
    UnknownPerson,
    UnknownRequirement,
    UnknownService,
)
from routing.domain.form_problems import FormNotFilledIn
from routing.domain.identifiers import check_tracking_code
from routing.domain.workflow import Outcome, Workflow
from routing.storage.tables import services
from tests.domain.people_of_the_mall import ALL_PAPERS, OMAR
from tests.mall import LESTARI, Mall
from tests.row_counts import row_counts
from tests.sound_books import require_sound
from tests.threads import at_once


def counted(application: Application) -> int:
    found = re.fullmatch(r"SIP-DOKTER-(\d{4})-(\d{6})-(\d)", application.number)
    assert found is not None
    assert damm.is_valid("".join(found.groups()))
    return int(found[2])


def test_numbers_rise_without_a_gap_and_carry_a_check_digit(mall: Mall) -> None:
    numbers = []
    for _ in range(3):
        numbers.append(counted(mall.registers()))
        with pytest.raises(RequirementMissing):
            mall.registers(papers=())
    assert numbers == [1, 2, 3]


def test_numbers_given_out_at_once_are_all_different_and_without_a_gap(mall: Mall) -> None:
    registered = at_once(*[mall.registers] * 8)
    assert sorted(counted(one) for one in registered) == list(range(1, 9))


def test_the_year_of_a_number_is_the_offices_and_not_greenwichs(mall: Mall) -> None:
    mall.clock.now = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)
    assert mall.registers().number.startswith("SIP-DOKTER-2026-000001-")
    mall.clock.advance(timedelta(seconds=1))
    assert mall.registers().number.startswith("SIP-DOKTER-2027-000002-")


def test_a_receipt_carries_a_tracking_code_that_can_be_checked(mall: Mall) -> None:
    codes = {mall.registers().tracking_code for _ in range(5)}
    assert len(codes) == 5
    for code in codes:
        assert check_tracking_code(f" {code[:4].lower()}-{code[4:]} ") == code


def test_what_was_registered_is_in_the_books_as_it_was_answered(mall: Mall) -> None:
    application = mall.registers(who=replace(LESTARI, name="  dr.  Putu Lestari ", phone="0812-3456-7890"))
    assert mall.application(application.number) == application
    assert (application.step, application.version, application.papers) == ("verify", 1, ALL_PAPERS)
    (visit,) = mall.open_visits(application)
    assert (visit.no, visit.desk, visit.has_arrived) == (2, "verifikasi", False)
    with mall.office.transaction() as tx:
        who, key = tx.who_applies(application), tx.digest_key(application)
    assert who is not None
    assert (who.name, who.nik, who.phone) == ("dr. Putu Lestari", LESTARI.nik, "081234567890")
    assert len(key) == 32
    require_sound(mall.office)


def test_no_two_applications_share_the_key_of_their_digests(mall: Mall) -> None:
    documents = [mall.registers() for _ in range(3)]
    with mall.office.transaction() as tx:
        keys = [tx.personal.key_of(document.id) for document in documents]
    assert len({key.digest for key in keys if key is not None}) == 3
    assert len({key.data for key in keys if key is not None}) == 3


def test_a_form_sent_again_is_the_same_registration(mall: Mall) -> None:
    first = mall.registers(key="form-1")
    before = row_counts(mall.office.database)
    assert mall.registers(key="form-1") == first
    assert row_counts(mall.office.database) == before
    assert mall.registers(key="form-2").number != first.number
    assert mall.registers().number != mall.registers().number


def test_a_form_sent_again_after_the_document_moved_on_gives_what_is_now(mall: Mall) -> None:
    first = mall.registers(key="form-1")
    mall.carries()
    moved_on = mall.decides(first, OMAR, "forward")
    assert mall.registers(key="form-1") == moved_on


def test_five_clicks_at_once_are_one_registration(mall: Mall) -> None:
    for form in range(6):
        results = at_once(*[lambda: mall.registers(key=f"form-{form}")] * 5)  # noqa: B023 - called in this round
        assert {counted(one) for one in results} == {form + 1}, results
    counts = row_counts(mall.office.database)
    assert (counts["applications"], counts["numbers given out"], counts["audit_entries"]) == (6, 6, 12)


REFUSED: list[tuple[str, dict[str, Any], type[Refusal], str]] = [
    ("a paper is missing", {"papers": ALL_PAPERS[:-1]}, RequirementMissing, "Pas foto"),
    ("a paper nobody asks for", {"papers": (*ALL_PAPERS, "passport")}, UnknownRequirement, "passport"),
    ("nobody applies", {"who": None}, MalformedField, "empty"),
    ("a name of spaces", {"who": replace(LESTARI, name="  ")}, MalformedField, "empty"),
    ("a long name", {"who": replace(LESTARI, name="a" * 201)}, TextTooLong, "201"),
    ("a name with NUL", {"who": replace(LESTARI, name="Putu\x00")}, MalformedField, "NUL"),
    ("half a sign", {"who": replace(LESTARI, name="Putu \ud83d")}, NotUtf8, "Name"),
    ("a short NIK", {"who": replace(LESTARI, nik="357901410790000")}, MalformedNik, "15 digits"),
    ("a NIK of letters", {"who": replace(LESTARI, nik="35790141079OOOO1")}, MalformedNik, "digits"),
    ("a NIK of no day", {"who": replace(LESTARI, nik="3579013113900001")}, MalformedNik, "31-13-90"),
    ("an empty NIK", {"who": replace(LESTARI, nik="")}, MalformedNik, "empty"),
    ("a NIK with NUL", {"who": replace(LESTARI, nik="3579014107900001\x00")}, MalformedNik, "digits"),
    ("no telephone", {"who": replace(LESTARI, phone="call me")}, MalformedField, "call me"),
    ("a long answer", {"who": replace(LESTARI, answers={"place": "x" * 2_001})}, FormNotFilledIn, "Place of practice"),
    ("2 MB", {"who": replace(LESTARI, answers={"place": "x" * 2_000_000})}, FormNotFilledIn, "Place"),
    ("an answer with NUL", {"who": replace(LESTARI, answers={"place": "\x00"})}, FormNotFilledIn, "Place"),
    ("another's desk", {"desk": "loket-penyerahan"}, DeskNotOffered, "loket-pendaftaran"),
    ("a desk that is none", {"desk": "nowhere"}, DeskNotOffered, "nowhere"),
    ("somebody of another desk", {"by": OMAR}, NotAllowed, "front-desk"),
    ("a decision of another step", {"decision": "forward"}, DecisionNotPossible, "accept"),
    ("a decision that is none", {"decision": "burn"}, UnknownDecision, "burn"),
    ("a service that is none", {"service": "sip-dukun"}, UnknownService, "sip-dokter"),
]


def test_what_is_refused_at_the_counter_is_told_and_writes_nothing(mall: Mall, subtests: pytest.Subtests) -> None:
    for case, given, refusal, told in REFUSED:
        before = row_counts(mall.office.database)
        with subtests.test(case):
            with pytest.raises(refusal, match=told):
                mall.registers(key=case, **given)
            assert row_counts(mall.office.database) == before
    for number, (case, *_) in enumerate(REFUSED, start=1):
        assert counted(mall.registers(key=case)) == number, "neither a number nor a key was used up"


def test_a_paper_handed_in_twice_is_no_reason_to_refuse(mall: Mall) -> None:
    assert mall.registers(papers=(*ALL_PAPERS, "photo")).step == "verify"


def test_a_clerk_who_does_not_exist_registers_nothing(mall: Mall) -> None:
    submission = Submission(desk="loket-pendaftaran", decision="accept", papers=ALL_PAPERS, particulars=LESTARI)
    before = row_counts(mall.office.database)
    with pytest.raises(UnknownPerson):
        submit(mall.office, Registration(service="sip-dokter", submission=submission, person_id=2_000_000_000))
    assert row_counts(mall.office.database) == before


def test_a_region_nobody_knows_is_no_reason_to_refuse(mall: Mall) -> None:
    assert mall.registers(who=replace(LESTARI, nik="9999014107900001")).outcome is not Outcome.REFUSED


def test_names_of_any_script_are_kept_as_they_are(mall: Mall) -> None:
    name = "ꦲꦤꦕꦫꦏ 林 Ōé 🩺"
    document = mall.registers(who=Particulars(name=name, nik=LESTARI.nik))
    with mall.office.transaction() as tx:
        assert tx.who_applies(document) == Particulars(name=name, nik=LESTARI.nik)


def test_an_application_stays_with_the_workflow_it_started_under(mall: Mall) -> None:
    first = mall.registers()
    with mall.office.reading() as connection:
        in_force = connection.execute(
            sa.select(services.c.workflow).where(services.c.code == first.service)
        ).scalar_one()
    assert first.workflow == in_force
    written = mall.office.rule_book(in_force).workflow.model_dump()
    assert publish(mall.office, Workflow.model_validate(written | {"working_days": 8}), by="tests")
    assert mall.registers().workflow != in_force
    assert mall.walks(first).workflow == in_force


def test_a_form_that_was_used_for_one_person_registers_nobody_else(mall: Mall) -> None:
    first = mall.registers(key="form-1")
    before = row_counts(mall.office.database)
    with pytest.raises(FormUsedUp, match=first.number):
        mall.registers(key="form-1", who=replace(LESTARI, name="Made Suarta"))
    assert row_counts(mall.office.database) == before
