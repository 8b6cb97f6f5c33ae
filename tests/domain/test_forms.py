"""Forms: typed fields, read the same at the counter and over the API, all faults told at once."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.desks import Label
from routing.domain.facts import intake_facts
from routing.domain.field_values import from_text, read_value
from routing.domain.fields import Fact, Field, FieldKind
from routing.domain.form_problems import FormNotFilledIn, NotAsAsked
from routing.domain.forms import fill_in, read_form
from tests.domain.small_routes import disposisi

NIK = "3579014506900001"
PERSON = intake_facts({}, "person", "counter", ())
BUSINESS = intake_facts({}, "business", "counter", ())


def field(kind: str, **said: Any) -> Field:
    return Field.model_validate({"label": {"id": f"Isian {kind}", "en": f"Field {kind}"}, "kind": kind, **said})


PAINT = {"red": {"id": "Merah", "en": "Red"}, "blue": {"id": "Biru", "en": "Blue"}}
TAKEN: list[tuple[Field, object, Fact]] = [
    (field("text"), "  Klinik Sehat\nJl. Diponegoro 12 ", "Klinik Sehat\nJl. Diponegoro 12"),
    (field("number"), "7,5", 7.5),
    (field("number"), "7.5", 7.5),
    (field("number"), "-1250", -1250.0),
    (field("number"), "1.250,75", 1250.75),
    (field("number"), 7, 7.0),
    (field("number"), 7.25, 7.25),
    (field("number", least=0.5, most=10), "0,5", 0.5),
    (field("money"), "Rp1.250.000", 1_250_000),
    (field("money"), "Rp. 1.250.000,00", 1_250_000),
    (field("money"), "1250000", 1_250_000),
    (field("money"), "0", 0),
    (field("money"), 150_000, 150_000),
    (field("date"), "2026-11-02", "2026-11-02"),
    (field("date"), "2-11-2026", "2026-11-02"),
    (field("date"), "02/11/2026", "2026-11-02"),
    (field("choice", choices=PAINT), "red", "red"),
    (field("yes-no"), "ya", True),
    (field("yes-no"), "Tidak", False),
    (field("yes-no"), False, False),
    (field("reference"), " 503/2045/436.7.5/2026 ", "503/2045/436.7.5/2026"),
    # Official numbers may be long; only those of people and telephones are kept out of the log.
    *(
        (field("reference"), number, number)
        for number in (
            "P-IRT 206357901000127",
            "820261102000123",
            "ID35110001234567",
            "DID2026098765",
            "NTPN 0123456789ABCDEF",
            "PBG-357901-20112026-01",
            "3579-LT-02112026-0007",
            "503.446/1234/35.79.112/2026",
        )
    ),
    (field("reference", sealed=True), "NIK 3579014506900001", "NIK 3579014506900001"),
    (field("nik"), "3579 0145 0690 0001", NIK),
    (field("nik"), "9999014506900001", "9999014506900001"),  # a region nobody knows is no reason to refuse a NIK
    (field("npwp"), "01.312.166.0-091.000", "0013121660091000"),
    (field("nib"), "9120100234567", "9120100234567"),
    (field("kbli", edition="2020"), "45101", "45101"),
    (field("region"), "3579011004", "35.79.01.1004"),
    (field("phone"), "0812-3456-7890", "081234567890"),
    (field("plate"), "n 1234 ab", "N 1234 AB"),
    (field("coordinates"), "-7.8712, 112.527", "-7.871200,112.527000"),
]
REFUSED: list[tuple[Field, object, str]] = [
    (field("text", longest=5), "x" * 6, "6 characters; at most 5"),
    (field("text"), "Klinik\x00", "NUL"),
    (field("text"), "Klinik \ud83d", "UTF-8"),
    (field("text"), 5, "wrong kind"),
    (field("number"), "1.250", "two ways"),
    (field("number"), "1,250", "two ways"),
    (field("number"), "tujuh", "no number"),
    (field("number"), "nan", "no number"),
    (field("number"), "1e9", "no number"),
    (field("number"), float("nan"), "too large"),
    (field("number"), float("inf"), "too large"),
    (field("number"), 10**400, "too large"),
    (field("number"), True, "wrong kind"),
    (field("number", least=1), "0", "less than 1"),
    (field("number", most=2.5), "2,6", "more than 2.5"),
    (field("money"), 10**400, "too large"),
    (field("money"), -(10**400), "too large"),
    (field("money"), float("inf"), "too large"),
    (field("money"), 10**15, "too large"),
    (field("money"), float("nan"), "wrong kind"),
    (field("money"), "12,50", "whole rupiah"),
    (field("money"), "-5", "whole rupiah"),
    (field("money"), "1.25", "whole rupiah"),
    (field("money"), 12.5, "wrong kind"),
    (field("money", least=1000), "999", "less than 1000"),
    (field("date"), "31-02-2026", "no day"),
    (field("date"), "2026-13-01", "no day"),
    (field("date"), "besok", "no day"),
    (field("date"), "01-01-0026", "not of this time"),
    (field("choice", choices=PAINT), "green", "none of the choices"),
    (field("yes-no"), "mungkin", "neither"),
    (field("yes-no"), 1, "wrong kind"),
    (field("reference"), "Surat Ibu Siti", "number of a letter"),
    (field("reference"), "503/" + "9" * 60, "number of a letter"),
    *(
        (field("reference"), number, "number of a person or of a telephone")
        for number in (
            "3507012345670001",
            "NIK 3507012345670001",
            "NIK 3507 0123 4567 0001",
            "3507-0123-4567-0001",
            "350701 234567 0001",
            "NIP 198501012010012001",
            "NPWP 01.312.166.0-091.000",
            "Ibu Siti 081298765432",
            "Siti 0812-9876-5432",
            "62 812 9876 5432",
            "81298765432",
        )
    ),
    (field("nik"), "357901450690000", "15 digits"),
    (field("nik"), 3579014506900001, "wrong kind"),
    (field("npwp"), "01.312.166.1-091.000", "check digit"),
    (field("nib"), "123", "3 digits"),
    (field("kbli", edition="2025"), "45101", "no division 45"),
    (field("region"), "99.01", "99.01"),
    (field("phone"), "besok", "not a telephone"),
    (field("plate"), "hijau", "number plate"),
    (field("coordinates"), "52.5, 13.4", "not in Indonesia"),
    (field("text"), ["a"], "wrong kind"),
    (field("choice", choices=PAINT), {"red": 1}, "wrong kind"),
]


@pytest.mark.parametrize(("asked", "typed", "kept"), TAKEN)
def test_a_field_is_kept_in_one_spelling_and_type(asked: Field, typed: object, kept: Fact) -> None:
    read = read_value(asked, typed)
    assert (read, type(read)) == (kept, type(kept))


@pytest.mark.parametrize(("asked", "typed", "told"), REFUSED)
def test_what_a_field_does_not_take_is_refused_with_the_reason(asked: Field, typed: object, told: str) -> None:
    with pytest.raises(NotAsAsked, match=told):
        read_value(asked, typed)


@pytest.mark.parametrize("kind", [kind.value for kind in FieldKind])
def test_every_kind_of_field_can_be_left_empty(kind: str) -> None:
    asked = field(kind, choices=PAINT)
    assert read_value(asked, "  ") is read_value(asked, "") is read_value(asked, None) is None


@given(st.integers(0, 10**15 - 1))
def test_an_amount_of_rupiah_survives_being_written_as_people_write_it(rupiah: int) -> None:
    grouped = f"{rupiah:,}".replace(",", ".")
    for written in (str(rupiah), grouped, f"Rp{grouped}", f"Rp {grouped},00", f"Rp{grouped},-"):
        assert read_value(field("money"), written) == rupiah


@given(st.decimals(-(10**9), 10**9, places=2))
def test_a_number_survives_its_decimal_comma(number: Any) -> None:
    assert read_value(field("number"), str(number).replace(".", ",")) == float(number)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_survives_both_ways_to_write_it(day: date) -> None:
    local = f"{day.day}-{day.month}-{day.year}"
    assert read_value(field("date"), day.isoformat()) == read_value(field("date"), local) == day.isoformat()


@given(st.text(max_size=40), st.sampled_from(list(FieldKind)))
def test_nothing_that_can_be_typed_breaks_a_field(typed: str, kind: FieldKind) -> None:
    asked = field(kind.value, choices=PAINT, edition="2020")
    try:
        kept = read_value(asked, typed)
    except NotAsAsked:
        return
    if isinstance(kept, str):
        assert read_value(asked, kept) == kept


FORM = {
    "kind": field("choice", choices=PAINT),
    "height": field("number", least=0.5, unit="m"),
    "shade": field("text", only_if="form.kind == 'red'"),
    "director": field("nik", only_if="applicant.kind == 'business'"),
    "note": field("text", required=False),
}
GOOD = {"kind": "blue", "height": "7,5"}


def problems(given: dict[str, object], about: dict[str, Any] = PERSON) -> dict[str, str]:
    return {one.field: str(one.problem) for one in read_form(FORM, given, about).problems}


def test_facts_and_personal_answers_are_kept_apart() -> None:
    answers = read_form(FORM, {"kind": "red", "height": "7", "shade": " tua ", "director": NIK, "note": ""}, BUSINESS)
    assert answers.problems == ()
    assert answers.facts == {"kind": "red", "height": 7.0}
    assert answers.personal == {"shade": "tua", "director": NIK}


def test_what_is_sealed_is_no_fact_and_comes_back_in_its_own_type() -> None:
    typed: dict[str, tuple[Field, object, Fact]] = {
        "born": (field("date", sealed=True), "2-11-2026", "2026-11-02"),
        "region": (field("region", sealed=True), "35.79", "35.79"),
        "illness": (field("choice", choices=PAINT, sealed=True), "red", "red"),
        "smokes": (field("yes-no", sealed=True), "tidak", False),
        "married": (field("yes-no", sealed=True), True, True),
        "weight": (field("number", sealed=True), 1.125, 1.125),
        "children": (field("number", sealed=True), "3", 3.0),
        "pay": (field("money", sealed=True), "Rp1.250.000", 1_250_000),
    }
    form = {code: asked for code, (asked, _, _) in typed.items()}
    answers = read_form(form, {code: given for code, (_, given, _) in typed.items()}, PERSON)
    assert (answers.problems, answers.facts) == ((), {})
    again = {code: from_text(form[code], text) for code, text in answers.personal.items()}
    assert again == {code: kept for code, (_, _, kept) in typed.items()}
    assert {code: type(value) for code, value in again.items()} == {code: type(typed[code][2]) for code in typed}


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_form() -> None:
    told = problems({"kind": "green", "height": "0", "shade": "tua", "director": NIK, "moon": "full"})
    assert list(told) == ["kind", "height", "director", "moon"]
    assert told["director"] == "it is not asked in this case"
    assert told["moon"] == "the form has no such field"
    assert "shade" not in told, "whether it is asked cannot be told while the kind is unknown"


@pytest.mark.parametrize(
    ("given", "about", "told"),
    [
        (GOOD, PERSON, {}),
        ({}, PERSON, {"kind": "it is empty", "height": "it is empty"}),
        ({**GOOD, "kind": "red"}, PERSON, {"shade": "it is empty"}),
        ({**GOOD, "shade": "tua"}, PERSON, {"shade": "it is not asked in this case"}),
        ({**GOOD, "shade": "  "}, PERSON, {}),
        (GOOD, BUSINESS, {"director": "it is empty"}),
        ({**GOOD, "director": NIK}, BUSINESS, {}),
    ],
)
def test_a_field_with_a_condition_is_asked_where_it_holds_and_refused_elsewhere(
    given: dict[str, object], about: dict[str, Any], told: dict[str, str]
) -> None:
    assert problems(given, about) == told


def test_the_refusal_names_every_field_and_repeats_nothing_that_was_typed() -> None:
    workflow = disposisi().model_copy(update={"form": FORM})
    with pytest.raises(FormNotFilledIn) as refused:
        fill_in(workflow, {"height": "Siti", "director": "Rahmawati"}, BUSINESS)
    refusal = refused.value
    assert [one.field for one in refusal.problems] == ["kind", "height", "director"]
    said = f"{refusal} {[one.sentence for one in refusal.problems]}"
    assert "Siti" not in said
    assert "Rahmawati" not in said
    assert refusal.problems[1].label == Label(id="Isian number", en="Field number")
    assert "Field choice, Field number, Field nik" in str(refusal)


@given(st.dictionaries(st.sampled_from([*FORM, "moon"]), st.text(max_size=20) | st.booleans() | st.floats()))
def test_no_form_that_can_be_sent_breaks_the_reading(given: dict[str, object]) -> None:
    answers = read_form(FORM, given, PERSON)
    assert answers.problems or {"kind", "height"} <= set(answers.facts)
