"""A value of a form as people read it: with its unit, in rupiah, by the office's own names."""

from __future__ import annotations

from datetime import date

from routing.domain.field_values import in_digits
from routing.domain.fields import Fact, Field, FieldKind
from routing.web.wording import N_, Wording, rupiah


def value_in_words(field: Field, value: Fact, wording: Wording) -> str:
    """The value of a field."""
    if isinstance(value, bool):
        return wording.text(N_("yes") if value else N_("no"))
    if field.kind is FieldKind.MONEY and isinstance(value, int):
        return rupiah(value)
    if isinstance(value, int | float):
        digits = in_digits(value)
        written = digits.replace(".", ",") if wording.language == "id" else digits
        return f"{written} {field.unit}" if field.unit else written
    if field.kind is FieldKind.CHOICE and value in field.choices:
        return wording.label(field.choices[str(value)])
    if field.kind is FieldKind.DATE and value:
        return wording.calendar_day(date.fromisoformat(str(value)))
    if field.kind is FieldKind.KBLI and field.edition is not None:
        return f"{value} (KBLI {field.edition})"
    return str(value or "")
