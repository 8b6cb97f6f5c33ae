"""Forms over the API: the same reading as at the counter, every fault in one answer, and what a service asks."""

from collections.abc import Callable

import pytest

from tests.forms_of_a_service import FORM, NIK, NPWP, publish_with_form
from tests.row_counts import row_counts
from tests.web.api.programs import Program, new_application, problem
from tests.web.visitors import WebMall

FORM_SENT: dict[str, object] = {"kind": "clinic", "area": 42.5, "place": "Klinik Sehat", "rent": 1_500_000}


@pytest.fixture
def ida(mall: WebMall, program: Callable[[str], Program]) -> Program:
    publish_with_form(mall.office)
    return program("ida")


def test_an_application_tells_its_facts_charges_and_who_applies_masked(mall: WebMall, ida: Program) -> None:
    applicant = {**new_application()["applicant"], "kind": "business"}
    form = {**FORM_SENT, "director": NIK, "npwp": NPWP, "renewal": True, "previous": "503/1/2025"}
    number = ida.registers(applicant=applicant, form=form)
    said = ida.get(f"/applications/{number}").json()
    assert said["form"] == {
        "kind": "clinic", "area": 42.5, "rent": 1_500_000, "renewal": True, "previous": "503/1/2025"
    }  # fmt: skip
    assert (said["channel"], said["applicant_kind"], said["findings"]) == ("online", "business", {})
    assert [(one["name"]["id"], one["amount"]) for one in said["charges"]] == [
        ("Retribusi", 105_000),
        ("Leges", 10_000),
    ]
    assert said["charges"][0]["basis"] == "Perda 1/2024 Pasal 3"
    answers = said["applicant"]["answers"]
    assert answers["place"] == "Klinik Sehat"
    assert NIK not in str(said)
    assert answers["npwp"].endswith("00")
    assert "13121660" not in str(said)


def test_numbers_and_text_are_read_alike(ida: Program) -> None:
    typed = ida.registers(form={"kind": "clinic", "area": "42,5", "rent": "Rp1.500.000", "renewal": "tidak"})
    sent = ida.registers(form={"kind": "clinic", "area": 42.5, "rent": 1_500_000, "renewal": False, "region": None})
    assert ida.get(f"/applications/{typed}").json()["form"] == ida.get(f"/applications/{sent}").json()["form"]


def test_every_fault_of_a_form_is_in_one_answer_and_nothing_is_written(mall: WebMall, ida: Program) -> None:
    before = row_counts(mall.office.database)
    wrong = {"area": "1.250", "rent": 12.5, "region": "99.01", "director": NIK, "moon": "full"}
    told = problem(ida.post("/applications", new_application(form=wrong)), 422, "form_not_filled_in")
    assert {one["where"].removeprefix("body.form."): one["problem"] for one in told["errors"]} == {
        "kind": "it is empty. Fill it in.",
        "area": "it can be read in two ways. Write thousands without a point, and decimals with a comma: 1250 or 1,25.",
        "rent": "its value is of the wrong kind. Send it as text, as it would be typed.",
        "director": "it is not asked in this case. Leave it empty.",
        "region": "no regency or city has the code 99.01. Write it as 35.79, 35.79.01 or 35.79.01.1004.",
        "moon": f"the form has no such field. Its fields: {', '.join(FORM)}.",
    }
    assert NIK not in str(told)
    assert row_counts(mall.office.database) == before


def test_a_service_tells_what_it_asks_costs_and_promises(ida: Program) -> None:
    said = ida.get("/services/sip-dokter").json()
    assert said in ida.get("/services").json()["items"]
    fields = {one["code"]: one for one in said["form"]}
    assert list(fields) == list(FORM)
    assert (fields["area"]["kind"], fields["area"]["unit"], fields["area"]["least"]) == ("number", "m2", 4.0)
    assert (fields["director"]["only_if"], fields["director"]["personal"]) == ("applicant.kind == 'business'", True)
    assert fields["kind"]["choices"]["clinic"] == {"id": "Klinik", "en": "Clinic"}
    needs = {one["code"]: one for one in said["requirements"]}
    assert (needs["floor-plan"]["formats"], needs["floor-plan"]["only_if"]) == (["pdf"], "form.area > 100.0")
    assert (needs["insurance"]["due"], needs["old-rule"]["until"]) == ("sign", "2025-12-31")
    assert [(one["amount"], one["computed"]) for one in said["fees"]] == [
        (None, "int(form.area) * 2500"),
        (10_000, None),
    ]
    assert said["channels"] == ["counter", "online"]
    problem(ida.get("/services/moon"), 404, "unknown_service")


def test_what_follows_on_paper_is_handed_in_once(ida: Program) -> None:
    number = ida.registers(form=FORM_SENT)
    path = f"/applications/{number}"
    for _ in range(2):
        done = ida.post(f"{path}/hand-in", {"papers": ["insurance"]}, key="later")
        assert done.status_code == 200
    entries = ida.get(f"{path}/history").json()["items"]
    assert [one["kind"] for one in entries].count("handed-in") == 1
    assert "insurance" in ida.get(path).json()["papers"]
    problem(ida.post(f"{path}/hand-in", {"papers": []}), 422, "nothing_handed_in")
    problem(ida.post(f"{path}/hand-in", {"papers": ["moon"]}), 422, "unknown_requirement")
