"""What one application is charged: fixed, computed, only in some cases, or not known before a desk has found it out."""

from routing.domain.charging import bill
from routing.domain.desks import Label
from routing.domain.fees import Fee

LEVY = Fee(
    label=Label(id="Retribusi", en="Levy"),
    computed="double(form.area) * findings.index * 5000.0",
    only_if="has(findings.index)",
    basis="Perda",
)
FORM = Fee(label=Label(id="Formulir", en="Form"), amount=10_000, basis="Perda")
LATE = Fee(label=Label(id="Denda", en="Fine"), amount=50_000, only_if="form.late", basis="Perda")


def test_what_a_desk_has_not_found_out_yet_is_not_called_free_of_charge() -> None:
    before = bill([LEVY, FORM, LATE], {"form": {"area": 100, "late": False}, "findings": {}})
    assert [one.label.id for one in before.charges] == ["Formulir"]
    assert [one.id for one in before.open] == ["Retribusi"]


def test_what_is_known_is_added_up() -> None:
    facts = {"form": {"area": 100, "late": True}, "findings": {"index": 0.5}}
    known = bill([LEVY, FORM, LATE], facts)
    assert (known.total, known.open) == (310_000, ())


def test_an_amount_that_cannot_be_told_stays_open() -> None:
    assert bill([LEVY], {"form": {}, "findings": {"index": 0.5}}).open == (LEVY.label,)
