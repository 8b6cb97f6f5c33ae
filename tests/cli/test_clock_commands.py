"""``satuatap clock``, as a person and as a program see it."""

import json

from typer.testing import CliRunner

from routing.actions.keep_accounts import close_account
from routing.cli.main import app
from routing.domain.errors import UnknownApplication
from tests.mall import LESTARI, Mall

run = CliRunner().invoke


def test_a_clock_is_explained_in_words_and_as_one_document(sqlite_mall: Mall) -> None:
    application, data = sqlite_mall.registers(), str(sqlite_mall.office.settings.data)
    sqlite_mall.carries()
    told = run(app, ["clock", "explain", application.number.lower(), "--data", data])
    assert told.exit_code == 0, told.output
    assert "- Giliran Verifikasi Berkas pada langkah" in told.stdout
    assert "Dijanjikan dalam 9 hari kerja: jatuh tempo 13 Maret 2026." in told.stdout
    assert "  Jumat, 13 Maret 2026: terhitung: hari ke-9" in told.stdout
    english = run(app, ["clock", "explain", application.number, "--language", "en", "--data", data])
    assert "Promised within 9 working day(s): due on 13 March 2026." in english.stdout
    document = json.loads(run(app, ["clock", "explain", application.number, "--json", "--data", data]).stdout)
    assert (document["number"], document["promise"]["promised"]) == (application.number, 9)


def test_the_public_explanation_names_nobody(sqlite_mall: Mall) -> None:
    application, data = sqlite_mall.registers(), str(sqlite_mall.office.settings.data)
    for options in ([], ["--json"]):
        told = run(app, ["clock", "explain", application.number, "--public", *options, "--data", data])
        assert told.exit_code == 0
        assert "Kantor menjawab dalam 9 hari kerja" in told.stdout
        for name in (LESTARI.name, LESTARI.nik, "Ida", '"ida"', "Omar"):
            assert name not in told.stdout


def test_an_application_nobody_knows_is_refused(sqlite_mall: Mall) -> None:
    data = str(sqlite_mall.office.settings.data)
    for number in ("SIP-DOKTER-2026-999999-9", "tidak ada"):
        assert isinstance(run(app, ["clock", "explain", number, "--data", data]).exception, UnknownApplication)


def test_orphans_are_listed_with_the_way_out_and_exit_with_1(sqlite_mall: Mall) -> None:
    application, data = sqlite_mall.registers(), str(sqlite_mall.office.settings.data)
    none = run(app, ["clock", "orphans", "--json", "--data", data])
    assert (none.exit_code, json.loads(none.stdout)) == (0, {"items": []})
    close_account(sqlite_mall.office, "omar")
    found = run(app, ["clock", "orphans", "--data", data])
    assert found.exit_code == 1
    assert "Saat ini tidak ada yang bertugas di Verifikasi Berkas." in found.stdout
    assert application.number in found.stdout
