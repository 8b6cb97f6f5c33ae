"""Indonesian is complete, English is there, dates are written as an office writes them, every template is a page."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from routing.domain.errors import MalformedNik, NotAllowed
from routing.domain.phrases import Phrase
from routing.web.wording import LANGUAGES, TEMPLATES, catalogue_path, load_wordings
from routing.web.wording_catalogue import collect_messages, missing

JAKARTA = ZoneInfo("Asia/Jakarta")
AT = datetime(2026, 11, 23, 7, 5, 9, tzinfo=UTC)


def catalogue(language: str) -> Catalog:
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language)


def test_every_text_is_said_in_indonesian() -> None:
    assert missing(catalogue("id")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_hold_what_is_said_and_nothing_else(language: str) -> None:
    """`python -m routing.web.wording_catalogue` brings them up to date."""
    there = {
        message.id if isinstance(message.id, str) else tuple(message.id)
        for message in catalogue(language)
        if message.id
    }
    assert there == collect_messages()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_in_the_same_facts(language: str) -> None:
    facts = re.compile(r"%\(\w+\)s|\{\w+\}")
    for message in catalogue(language):
        said = message.string if isinstance(message.string, tuple | list) else (message.string,)
        meant = message.id[0] if isinstance(message.id, tuple | list) else message.id
        for text in said:
            if message.id and text:
                assert sorted(facts.findall(text)) == sorted(facts.findall(meant)), message.id


def test_a_date_is_written_as_the_office_writes_it() -> None:
    wordings = load_wordings(JAKARTA)
    assert wordings["id"].moment(AT) == "Senin, 23 November 2026 pukul 14.05 WIB"
    assert wordings["en"].moment(AT) == "Monday, 23 November 2026, 14:05 WIB"
    assert wordings["id"].precise(AT) == "23 Nov 2026 14.05.09"
    assert load_wordings(ZoneInfo("Asia/Makassar"))["id"].moment(AT).endswith("15.05 WITA")


def test_a_refusal_speaks_the_readers_language_down_to_its_facts() -> None:
    wording = load_wordings(JAKARTA)["id"]
    refusal = MalformedNik(problem=Phrase("it has {count} digits", count=5))
    assert wording.sentence(refusal).startswith("NIK tidak sah: terdiri atas 5 angka.")
    refused = NotAllowed(person="omar", action=Phrase("decide"), thing="verifikasi", roles="verifier / x")
    names = {"verifikasi": "Verifikasi Berkas", "verifier": "Verifikator"}
    assert wording.sentence(refused, names).startswith(
        "omar tidak berwenang memutuskan di Verifikasi Berkas: diperlukan peran Verifikator / x"
    )


def test_every_page_has_a_title_a_heading_and_extends_the_layout() -> None:
    pages = [
        path
        for path in TEMPLATES.rglob("*.html")
        if path.name
        not in (
            "calendar_fields.html",
            "clock.html",
            "dues.html",
            "fields.html",
            "layout.html",
            "papers.html",
            "pieces.html",
            "sealed.html",
            "signal_filter.html",
            "timeline.html",
        )
    ]
    assert len(pages) > 12
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert '{% extends "shared/layout.html" %}' in text, path
        assert "{% block title %}" in text, path
        assert text.count("<h1") == 1, path


def test_every_field_has_its_label() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        labelled = set(re.findall(r'<label for="([^"]+)"', text))
        for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", text):
            if 'type="hidden"' in field:
                continue
            name = re.search(r' id="([^"]+)"', field)
            assert name, (path, field)
            assert name[1] in labelled, (path, field)


def test_no_text_in_a_template_escapes_translation() -> None:
    """What stands between tags is a text of the catalogue, a value, or a sign."""
    for path in TEMPLATES.rglob("*.html"):
        text = re.sub(
            r"\{% trans.*?endtrans %\}|\{[{%#].*?[}%#]\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        words = set(re.findall(r">\s*([^<>{}]*[A-Za-z]{3,}[^<>{}]*?)\s*<", text))
        assert words <= {"Satu Atap", "- Satu Atap"}, path
