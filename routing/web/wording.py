"""In which words the office speaks: catalogues, dates, refusals in the reader's language.

Texts are written in English in the code and in templates; ``locale/*.po`` say them in each language. The catalogues
are read when the program starts, so there is no compiled file that could be out of date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from routing.domain.desks import Label
from routing.domain.errors import Refusal
from routing.domain.phrases import Called, Listed, Phrase

#: Indonesian first; the first is what a new visitor gets.
LANGUAGES = ("id", "en")
LOCALE = Path(__file__).parent / "locale"
TEMPLATES = Path(__file__).parent / "templates"

_DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "id": ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
           "November", "Desember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip
#: Facts of a refusal that are codes, and are shown by the names the office gave them.
_CODED = {"desk", "desks", "thing", "role", "roles", "holder"}

#: Facts of a refusal that are days of every year, as ``12-31``.
_DAYS_OF_A_YEAR = {"opens", "closes"}


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Marks a text for the catalogues; it is translated where it is shown."""
    return message


def rupiah(amount: int) -> str:
    """``Rp1.250.000``, in every language."""
    return f"Rp{amount:,}".replace(",", ".")


class Wording:
    """One language of the office."""

    def __init__(self, language: str, time_zone: ZoneInfo) -> None:
        self.language = language
        self._time_zone = time_zone
        self._translations = _read_catalogue(language)
        self.templates = self._environment()

    def text(self, message: str) -> str:
        """The message in this language; as it is where the catalogue does not have it."""
        return self._translations.gettext(message) if message else ""

    def label(self, label: Label | None) -> str:
        """The office's own name for a thing."""
        return label.in_language(self.language) if label is not None else ""

    def sentence(self, refusal: Refusal, names: Mapping[str, str] | None = None) -> str:
        """The refusal in this language; codes of desks, roles and holders are called by their ``names``."""
        facts = {fact: self._said(fact, value, names or {}) for fact, value in refusal.facts.items()}
        return self.text(refusal.template()).format(**facts)

    def phrase(self, phrase: Phrase, names: Mapping[str, str] | None = None) -> str:
        """The phrase in this language, and what it is made of."""
        facts = {fact: self._said(fact, value, names or {}) for fact, value in phrase.facts.items()}
        return self.text(phrase.template).format(**facts)

    def day(self, at: datetime) -> str:
        """``23 November 2026``."""
        return self.calendar_day(at.astimezone(self._time_zone).date())

    def calendar_day(self, day: date) -> str:
        """The same of a day that has no hour."""
        return f"{self.day_of_year(day.month, day.day)} {day.year}"

    def full_day(self, day: date) -> str:
        """``Senin, 23 November 2026``."""
        return f"{self.weekday(day)}, {self.calendar_day(day)}"

    def day_of_year(self, month: int, day: int) -> str:
        """``23 November``."""
        return f"{day} {_MONTHS[self.language][month - 1]}"

    def month(self, month: int) -> str:
        """``November``."""
        return _MONTHS[self.language][month - 1]

    def weekday(self, day: date | int) -> str:
        """``Senin``, of a date or of 0."""
        return _DAYS[self.language][day if isinstance(day, int) else day.weekday()]

    def last_day(self, until: datetime) -> str:
        """The last day of something that lasts until before that moment."""
        return self.day(until - timedelta(microseconds=1))

    def moment(self, at: datetime) -> str:
        """``Senin, 23 November 2026 pukul 14.05 WIB``; ``Monday, 23 November 2026, 14:05 WIB``."""
        local = at.astimezone(self._time_zone)
        weekday = _DAYS[self.language][local.weekday()]
        time = f"pukul {local:%H.%M}" if self.language == "id" else f"{local:%H:%M}"
        return f"{weekday}, {self.day(at)}{' ' if self.language == 'id' else ', '}{time} {local.tzname()}"

    def short(self, at: datetime) -> str:
        """``23 Nov 2026 14.05``, for tables."""
        local = at.astimezone(self._time_zone)
        month = _MONTHS[self.language][local.month - 1][:3]
        separator = "." if self.language == "id" else ":"
        return f"{local.day} {month} {local.year} {local:%H}{separator}{local:%M}"

    def precise(self, at: datetime) -> str:
        """As ``short``, with seconds, for the auditor."""
        separator = "." if self.language == "id" else ":"
        return f"{self.short(at)}{separator}{at.astimezone(self._time_zone):%S}"

    def _said(self, fact: str, value: object, names: Mapping[str, str]) -> object:
        if isinstance(value, Phrase):
            return self.phrase(value, names)
        if isinstance(value, Called):
            return self.label(value.label)
        if isinstance(value, Listed):
            return ", ".join(str(self._said(fact, part, names)) for part in value.parts)
        if isinstance(value, datetime):
            return f"{self.short(value)} {value.astimezone(self._time_zone).tzname()}"
        if isinstance(value, date):
            return self.calendar_day(value)
        if isinstance(value, str) and fact in _DAYS_OF_A_YEAR:
            return self.day_of_year(*(int(part) for part in value.split("-")))
        if isinstance(value, str) and fact in _CODED:
            return "".join(names.get(part, part) for part in re.split(r"(, | / )", value))
        return value

    def _environment(self) -> Environment:
        templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            extensions=["jinja2.ext.i18n"],
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        templates.policies["ext.i18n.trimmed"] = True
        catalogue = self._translations
        templates.install_gettext_callables(catalogue.gettext, catalogue.ngettext, newstyle=True)  # type: ignore[attr-defined]
        templates.filters |= {
            "label": self.label,
            "day": self.day,
            "last_day": self.last_day,
            "moment": self.moment,
            "short": self.short,
            "precise": self.precise,
            "text": self.text,
            "sentence": self.sentence,
            "phrase": self.phrase,
            "calendar_day": self.calendar_day,
            "month": self.month,
            "weekday": self.weekday,
            "rupiah": rupiah,
        }
        templates.tests["iso_day"] = lambda text: re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None
        return templates


def load_wordings(time_zone: ZoneInfo) -> dict[str, Wording]:
    """Every language of the office, by its code."""
    return {language: Wording(language, time_zone) for language in LANGUAGES}


def catalogue_path(language: str) -> Path:
    """Where a language's texts are."""
    return LOCALE / language / "LC_MESSAGES" / "satuatap.po"


def _read_catalogue(language: str) -> GNUTranslations:
    with catalogue_path(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
