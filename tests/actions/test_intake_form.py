"""A whole form is taken in: facts apart from what is personal, by channel, window and quota, and papers that follow."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from routing.actions.attach import SentPaper, attach
from routing.actions.hand_in import hand_in
from routing.domain.application import Application
from routing.domain.errors import (
    ApplicationEnded,
    FormUsedUp,
    NotAllowed,
    Refusal,
    RequirementMissing,
    StaleVersion,
    UnknownRequirement,
)
from routing.domain.form_problems import FormNotFilledIn
from routing.domain.handing_in import NothingHandedIn
from routing.domain.intake import ChannelNotOffered
from routing.domain.papers import FormatNotTaken
from routing.domain.quotas import OutsideWindow, QuotaUsedUp
from routing.storage.tables import audit_entries, quota_counts
from tests.domain.people_of_the_mall import ALL_PAPERS, IDA, OMAR, SARI
from tests.formats.papers import docx, pdf
from tests.forms_of_a_service import FILLED, NIK, NPWP, label, publish_with_form
from tests.mall import LESTARI, Mall
from tests.row_counts import row_counts
from tests.sound_books import require_sound
from tests.threads import at_once


def bodies(mall: Mall, application: Application) -> list[dict[str, Any]]:
    wanted = sa.select(audit_entries.c.body).where(audit_entries.c.application_id == application.id)
    with mall.office.reading() as connection:
        found = connection.execute(wanted.order_by(audit_entries.c.seq)).scalars()
        return [json.loads(bytes(body)) for body in found]


def test_facts_are_kept_open_and_answers_of_people_under_seal(mall: Mall) -> None:
    publish_with_form(mall.office)
    form = {**FILLED, "rent": "Rp1.250.000", "begins": "1-12-2026", "director": NIK, "npwp": NPWP, "region": "35.79.01"}
    made = mall.registers(form=form, kind="business", channel="online")
    assert mall.application(made.number) == made
    assert made.channel == "online"
    assert made.facts == {
        "applicant.kind": "business",
        "form.kind": "clinic",
        "form.area": 42.5,
        "form.rent": 1_250_000,
        "form.begins": "2026-12-01",
        "form.region": "35.79.01",
    }
    with mall.office.transaction() as tx:
        who = tx.who_applies(made)
    assert who is not None
    assert who.answers == {"place": FILLED["place"], "director": NIK, "npwp": "0013121660091000"}


def test_the_log_keeps_the_facts_of_the_form_and_nothing_personal(sqlite_mall: Mall) -> None:
    publish_with_form(sqlite_mall.office)
    made = sqlite_mall.registers(form={**FILLED, "director": NIK, "npwp": NPWP}, kind="business")
    said = bodies(sqlite_mall, made)
    assert said[0]["form"] == {"kind": "clinic", "area": 42.5}
    assert said[0]["applicant_kind"] == "business"
    for planted in (NIK, "13121660", "Diponegoro"):
        assert planted not in json.dumps(said)
    require_sound(sqlite_mall.office)


REFUSED: list[tuple[str, dict[str, Any], type[Refusal], str]] = [
    ("an empty form", {"form": {}}, FormNotFilledIn, "Kind of practice, Floor area"),
    ("everything at once", {"form": {"area": "3", "moon": "1"}}, FormNotFilledIn, "Kind of practice, Floor area, moon"),
    ("not asked of a person", {"form": {**FILLED, "director": NIK}}, FormNotFilledIn, "NIK of the head"),
    ("asked of a business", {"form": FILLED, "kind": "business"}, FormNotFilledIn, "NIK of the head"),
    ("another kind of applicant", {"form": FILLED, "kind": "cat"}, Refusal, "not known"),
    ("a way it does not come", {"form": FILLED, "channel": "village"}, ChannelNotOffered, "counter, online"),
    ("a plan for a large place", {"form": {**FILLED, "area": "101"}}, RequirementMissing, "Denah ruang"),
]


def test_what_the_form_lacks_is_told_at_once_and_nothing_is_written(mall: Mall, subtests: pytest.Subtests) -> None:
    publish_with_form(mall.office)
    before = row_counts(mall.office.database)
    for case, given, refusal, told in REFUSED:
        with subtests.test(case):
            with pytest.raises(refusal, match=told):
                mall.registers(**given)
            assert row_counts(mall.office.database) == before


def test_a_requirement_is_asked_for_in_its_case_and_in_its_time(sqlite_mall: Mall) -> None:
    publish_with_form(sqlite_mall.office)
    large = {**FILLED, "area": "101"}
    assert sqlite_mall.registers(form=large, papers=(*ALL_PAPERS, "floor-plan")).step == "verify"
    # Neither what was asked for until 2025 nor what is due at the signature.
    assert sqlite_mall.registers(form=FILLED).papers == ALL_PAPERS
    assert "floor-plan" in sqlite_mall.registers(form=FILLED, papers=(*ALL_PAPERS, "floor-plan")).papers
    sqlite_mall.clock.now = datetime(2025, 12, 31, 16, 59, tzinfo=UTC)
    with pytest.raises(RequirementMissing, match="Rekomendasi"):
        sqlite_mall.registers(form=FILLED)
    sqlite_mall.clock.advance(timedelta(minutes=1))  # midnight in Batu
    assert sqlite_mall.registers(form=FILLED).step == "verify"


def test_a_form_sent_again_with_other_facts_registers_nobody(mall: Mall) -> None:
    publish_with_form(mall.office)
    first = mall.registers(form=FILLED, key="form-1")
    assert mall.registers(form=FILLED, key="form-1") == first
    for other in ({**FILLED, "area": "43"}, {**FILLED, "place": "Klinik lain"}):
        with pytest.raises(FormUsedUp, match=first.number):
            mall.registers(form=other, key="form-1")


def test_a_service_is_taken_inside_its_window_of_the_offices_days(sqlite_mall: Mall) -> None:
    publish_with_form(sqlite_mall.office, windows=[{"opens": "12-15", "closes": "01-15"}])
    key, early = "form-1", datetime(2026, 12, 14, 16, 59, tzinfo=UTC)
    sqlite_mall.clock.now = early
    with pytest.raises(OutsideWindow):
        sqlite_mall.registers(form=FILLED, key=key)
    sqlite_mall.clock.advance(timedelta(minutes=1))
    made = sqlite_mall.registers(form=FILLED, key=key)
    sqlite_mall.clock.now = datetime(2027, 1, 15, 17, 0, tzinfo=UTC)
    with pytest.raises(OutsideWindow):
        sqlite_mall.registers(form=FILLED)
    assert sqlite_mall.registers(form=FILLED, key=key) == made, "sent again, it is not handed in again"


QUOTA = {"most": 3, "per": "kind", "every": "year"}


def test_of_thirty_at_once_exactly_as_many_are_taken_as_there_is_room_for(mall: Mall) -> None:
    publish_with_form(mall.office, quota=QUOTA)

    def hand_in_one() -> bool:
        try:
            mall.registers(form=FILLED)
        except QuotaUsedUp:
            return False
        return True

    assert sum(at_once(*[hand_in_one] * 30)) == 3
    counts = row_counts(mall.office.database)
    assert counts["applications"] == counts["numbers given out"] == 3
    with pytest.raises(QuotaUsedUp, match="at most 3 applications a year for one and the same Kind of practice"):
        mall.registers(form=FILLED)
    assert mall.registers(form={**FILLED, "kind": "own"}).step == "verify"
    mall.clock.now = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    assert mall.registers(form=FILLED).number.startswith("SIP-DOKTER-2027-")


def test_what_is_refused_or_breaks_uses_nothing_of_a_quota(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_with_form(mall.office, quota={**QUOTA, "most": 1})
    with pytest.raises(RequirementMissing):
        mall.registers(form=FILLED, papers=())
    with monkeypatch.context() as broken:
        broken.setattr("routing.storage.audit_log.append", _break)
        with pytest.raises(RuntimeError):
            mall.registers(form=FILLED)
    assert mall.registers(form=FILLED, key="form-1").version == 1
    assert mall.registers(form=FILLED, key="form-1").version == 1
    with mall.office.reading() as connection:
        assert [tuple(row) for row in connection.execute(sa.select(quota_counts))] == [
            ("sip-dokter", "2026/clinic", 1),
        ]


def _break(*_: object) -> None:
    raise RuntimeError


def test_a_file_of_another_kind_than_asked_for_is_refused(sqlite_mall: Mall) -> None:
    publish_with_form(sqlite_mall.office)
    document = sqlite_mall.registers(form=FILLED)
    before = row_counts(sqlite_mall.office.database)

    def sends(content: bytes, name: str, requirement: str) -> Application:
        with sqlite_mall.office.papers.upload(name, most=10**6) as upload:
            upload.write(content)
            paper = SentPaper(upload=upload, requirement=requirement)
            return attach(sqlite_mall.office, document.number, [paper], person_id=sqlite_mall.id_of(IDA))

    with pytest.raises(FormatNotTaken, match="Floor plan is taken as PDF only, and this file is DOCX"):
        sends(docx(), "denah.docx", "floor-plan")
    assert row_counts(sqlite_mall.office.database) == before
    assert "floor-plan" in sends(pdf(), "denah.pdf", "floor-plan").papers
    assert sends(docx(), "polis.docx", "insurance").papers[-1] == "insurance"


def test_what_comes_later_on_paper_is_ticked_off_at_a_counter_or_by_the_holder(mall: Mall) -> None:
    publish_with_form(mall.office)
    document = mall.registers(form=FILLED)
    mall.carries()
    seen = mall.application(document.number).version
    after = hand_in(mall.office, document.number, ["insurance", "insurance"], person_id=mall.id_of(IDA))
    assert (after.papers, after.version) == ((*ALL_PAPERS, "insurance"), seen + 1)
    assert mall.application(document.number) == after
    said = bodies(mall, document)[-1]
    assert (said["kind"], said["papers"], said["desk"]) == ("handed-in", ["insurance"], "loket-pendaftaran")
    # Whoever had opened it looks again.
    with pytest.raises(StaleVersion):
        mall.decides(document, OMAR, "forward", seen_version=seen)
    # A repair brings the same paper again.
    again = hand_in(mall.office, document.number, ["insurance"], person_id=mall.id_of(IDA))
    assert again.papers == after.papers
    assert mall.decides(document, OMAR, "forward").step == "recommend"
    require_sound(mall.office)


def test_nobody_ticks_off_what_they_have_no_business_with(sqlite_mall: Mall) -> None:
    publish_with_form(sqlite_mall.office)
    document = sqlite_mall.registers(form=FILLED)
    sqlite_mall.carries()
    before = row_counts(sqlite_mall.office.database)
    cases: list[tuple[Any, list[str], type[Refusal]]] = [
        (IDA, [], NothingHandedIn),
        (IDA, ["moon"], UnknownRequirement),
        (SARI, ["insurance"], NotAllowed),
    ]
    for person, papers, refusal in cases:
        with pytest.raises(refusal):
            hand_in(sqlite_mall.office, document.number, papers, person_id=sqlite_mall.id_of(person))
    assert row_counts(sqlite_mall.office.database) == before
    sqlite_mall.decides(document, OMAR, "return", reason="Foto buram", requirements=("photo",))
    sqlite_mall.walks(document, [(IDA, "withdraw")])
    with pytest.raises(ApplicationEnded):
        hand_in(sqlite_mall.office, document.number, ["insurance"], person_id=sqlite_mall.id_of(IDA))


def test_answers_given_with_the_applicant_are_read_as_part_of_the_form(sqlite_mall: Mall) -> None:
    made = sqlite_mall.registers(who=replace(LESTARI, answers={"place": "  Klinik  "}), form={"permit": "second"})
    assert made.facts == {"applicant.kind": "person", "form.permit": "second"}
    with sqlite_mall.office.transaction() as tx:
        who = tx.who_applies(made)
    assert who is not None
    assert who.answers == {"place": "Klinik"}


def test_a_monthly_quota_of_a_whole_service_starts_anew_with_the_month(sqlite_mall: Mall) -> None:
    publish_with_form(sqlite_mall.office, quota={"most": 1, "every": "month"}, label=label("Izin"))
    sqlite_mall.registers(form=FILLED)
    with pytest.raises(QuotaUsedUp, match="one and the same service"):
        sqlite_mall.registers(form={**FILLED, "kind": "own"})
    sqlite_mall.clock.now = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    assert sqlite_mall.registers(form=FILLED).step == "verify"
