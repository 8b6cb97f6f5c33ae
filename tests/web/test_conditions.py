"""Plain conditions are told in words; whatever is not plain stays as it is written and is never told wrongly."""

from zoneinfo import ZoneInfo

import pytest

from routing.domain.fields import Field, FieldKind
from routing.domain.revealing import masked
from routing.web.conditions import condition_in_words
from routing.web.values import value_in_words
from routing.web.wording import Wording
from tests.domain.small_routes import disposisi
from tests.forms_of_a_service import FORM

WORKFLOW = disposisi().model_copy(update={"form": {code: Field.model_validate(said) for code, said in FORM.items()}})
INDONESIAN, ENGLISH = (Wording(language, ZoneInfo("Asia/Jakarta")) for language in ("id", "en"))


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("form.renewal", "Perpanjangan: ya"),
        ("!form.renewal", "Perpanjangan: tidak"),
        ("form.renewal == true", "Perpanjangan: ya"),
        ("form.kind == 'clinic'", "Jenis praktik: Klinik"),
        ("form.kind != 'own'", "Jenis praktik: bukan Mandiri"),
        ("form.area > 100.5", "Luas ruang > 100,5 m2"),
        ("form.area >= 100", "Luas ruang ≥ 100 m2"),
        ("applicant.kind == 'business'", "Pemohon: badan usaha"),
        ("channel == 'online'", "Kanal: daring"),
        ("form.renewal && form.area <= 100", "Perpanjangan: ya dan Luas ruang ≤ 100 m2"),
        ("form.kind == 'own' || form.renewal", "Jenis praktik: Mandiri atau Perpanjangan: ya"),
    ],
)
def test_a_plain_condition_is_told_in_words(source: str, told: str) -> None:
    assert condition_in_words(source, WORKFLOW, INDONESIAN) == told


@pytest.mark.parametrize(
    "source",
    [
        "form.area * 2.0 > 100.0",
        "has(form.area)",
        "form.moon == 'full'",
        "form.kind",
        "!form.area > 3",
        "form.renewal && (form.kind == 'own' || form.area > 3)",
        "counts.returns > 2",
        "applicant.kind > 'a'",
        "form.kind in ['own']",
    ],
)
def test_any_other_condition_stays_as_it_is_written(source: str) -> None:
    assert condition_in_words(source, WORKFLOW, INDONESIAN) == source


def test_values_are_told_in_the_readers_language() -> None:
    def told(code: str, value: str | float | bool, wording: Wording = INDONESIAN) -> str:
        return value_in_words(WORKFLOW.form[code], value, wording)

    assert (told("area", 1250.5), told("area", 1250.5, ENGLISH)) == ("1250,5 m2", "1250.5 m2")
    assert told("area", 7.0) == "7 m2"
    assert told("rent", 1_250_000) == "Rp1.250.000"
    assert (told("begins", "2026-12-01"), told("begins", "2026-12-01", ENGLISH)) == (
        "1 Desember 2026",
        "1 December 2026",
    )
    assert (told("renewal", value=False), told("kind", "own")) == ("tidak", "Mandiri")


@pytest.mark.parametrize("kind", list(FieldKind))
def test_numbers_that_name_somebody_are_masked_and_nothing_else_is(kind: FieldKind) -> None:
    field = Field.model_validate({"label": {"id": "A", "en": "A"}, "kind": kind.value})
    assert (masked(field, "3579014506900001") != "3579014506900001") == (
        kind in (FieldKind.NIK, FieldKind.PHONE, FieldKind.NPWP)
    )
