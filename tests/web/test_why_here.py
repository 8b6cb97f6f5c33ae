"""Why is it here? On the application's page with names, on the public page without any."""

from datetime import timedelta

import sqlalchemy as sa

from routing.actions.keep_accounts import close_account
from routing.domain.forecast import Course
from routing.storage.tables import applications, visits
from tests.web.test_public_page import registered, tracking_code
from tests.web.visitors import NIK, WebMall, part_of


def panel(page: str) -> str:
    return part_of(page, r'<section[^>]* id="clock">(.*?)</section>')


def forecasts(mall: WebMall, cases: int) -> None:
    known = Course(service="sip-dokter", step="verify", desk="verifikasi", cases=cases, median_days=3, p90_days=7)
    with mall.office.transaction() as tx:
        tx.forecasts.replace([known], at=mall.office.now())


def test_the_page_says_whose_turn_it_is_and_how_the_date_came_about(mall: WebMall) -> None:
    forecasts(mall, 10)
    # Friday before Nyepi and Idul Fitri.
    mall.clock.advance(timedelta(days=11))
    with mall.signed_in("ida") as ida:
        number = ida.registered(name="dr. Putu Lestari")
    with mall.signed_in("omar") as omar:
        said = panel(omar.get(f"/applications/{number}").text)
    assert "Giliran Verifikasi Berkas pada langkah" in said
    assert "Dijanjikan dalam 9 hari kerja: jatuh tempo 2 April 2026." in said
    assert "19 Maret 2026 (Hari Suci Nyepi)" in said
    assert "Menurut 10 permohonan terakhir" in said
    assert "Janji berjalan sejak" in said
    assert "Jumat, 27 Maret 2026</td><td>terhitung: hari ke-5" in said
    assert "Putu" not in said


def test_the_public_reads_it_in_plain_words_and_without_a_name(mall: WebMall) -> None:
    forecasts(mall, 9)
    number, code = registered(mall)
    with mall.visitor() as anybody:
        said = panel(anybody.get(f"/t/{code}").text)
        assert "Giliran kantor sejak 2 Maret 2026: Sedang diverifikasi." in said
        assert "Kantor menjawab dalam 9 hari kerja: paling lambat 13 Maret 2026." in said
        assert "Terlalu sedikit permohonan terdahulu (9)" in said
        with mall.signed_in("omar") as omar:
            omar.decide(number, "return", reason="Hubungi Omar di 0812", requirement="registration")
        said = panel(anybody.get(f"/t/{code}").text)
        assert "Giliran Anda sejak 2 Maret 2026: Perlu perbaikan Anda." in said
        assert "Waktu janji berhenti sejak 2 Maret 2026: pemohon memperbaiki berkas yang dikembalikan." in said
        english = panel(anybody.get(f"/t/{code}?lang=en").text)
        assert "The promised time stands still since 2 March 2026" in english
    for personal in ("Lestari", NIK, NIK[:6], "Omar", "omar", "Ida", "0812", "Diponegoro", number, "verifikasi"):
        assert personal not in said + english, personal
    assert tracking_code(mall, number) == code


def test_what_nobody_can_move_is_on_a_page_with_the_way_out(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida, mall.signed_in("hari") as hari:
        number = ida.registered()
        assert "Tidak ada: setiap permohonan yang berjalan ada petugasnya." in hari.get("/orphans").text
        close_account(mall.office, "omar")
        page = hari.get("/orphans").text
        assert "Di Verifikasi Berkas saat ini tidak ada yang memegang peran yang diperlukan: Verifikator." in page
        assert "Beri sebuah akun salah satu peran ini di Verifikasi Berkas: Verifikator." in page
        assert f'href="/applications/{number}"' in page
    with mall.signed_in("rina") as rina:
        page = rina.get("/orphans").text
        assert number in page
        assert f'href="/applications/{number}"' not in page


def test_an_obstacle_and_a_deemed_approval_are_told_to_the_staff(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    with mall.office.database.writing() as connection:
        connection.execute(sa.update(visits).values(obstacle_at=mall.clock.now))
        connection.execute(sa.update(applications).values(deemed_at=mall.clock.now))
    with mall.signed_in("omar") as omar:
        said = panel(omar.get(f"/applications/{number}").text)
    assert "Verifikasi Berkas menyampaikan kendala pada 2 Mar 2026 08.00 WIB." in said
    assert "Menurut hukum dianggap dikabulkan sejak 2 Mar 2026 08.00 WIB" in said
