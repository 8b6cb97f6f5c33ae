"""The working calendar on its page: read by everybody, changed by the administrator, errors beside their inputs."""

import re
from datetime import timedelta

from tests.web.visitors import Visitor, WebMall, part_of

PILKADA = {
    "day": "2026-11-25",
    "name": "Pilkada",
    "kind": "local",
    "reason": "Pemilihan kepala daerah",
    "decree": "SK Gubernur 1/2026",
}


def changes(rina: Visitor, what: str, fields: dict[str, str]) -> str:
    """Where the page leads after the change."""
    answer = rina.send("/calendar", f"/calendar/{what}", fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_everybody_reads_the_year_by_its_months(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        page = ida.get("/calendar?year=2027").text
        assert ida.get("/calendar").text.count('<section class="card">') == 12
        other = ida.get("/calendar?year=2027&lang=en").text
    march = part_of(page, r"<h2>Maret (.*?)</section>")
    assert "15 hari kerja" in march
    assert re.search(
        r"10 <span[^>]*>Rabu</span></span> <span>Hari Raya Idul Fitri <span class=\"tag\">perkiraan", march
    )
    assert "(cuti bersama)" in march
    assert "242 hari kerja" in page
    assert "Senin–Kamis 07.30–12.00, 13.00–16.00" in page
    assert "8 Februari 2027 – 9 Maret 2027" in page
    assert 'action="/calendar/add"' not in page
    assert "Monday–Thursday 07:30–12:00, 13:00–16:00" in other


def test_a_due_day_is_counted_with_the_days_that_do_not_count(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        page = ida.get("/calendar?year=2026&start=2026-03-13&working_days=5").text
        assert 'Jatuh tempo: Jumat, <time datetime="2026-03-27">27 Maret 2026</time>' in page
        assert "9 hari di antaranya tidak dihitung" in page
        assert "Rabu, 18 Maret 2026: Cuti Bersama Hari Suci Nyepi" in page
        assert "Baru perkiraan" in ida.get("/calendar?start=2027-03-01&working_days=8").text
        for start, count, beside in (
            ("2026-02-30", "5", "due-start"), ("", "5", "due-start"), ("1999-01-01", "5", "due-start"),
            ("2026-03-13", "-5", "due-working_days"), ("2026-03-13", "", "due-working_days"),
        ):  # fmt: skip
            answer = ida.get(f"/calendar?start={start}&working_days={count}")
            assert answer.status_code in (409, 422)
            assert f'<p class="lacks" id="problem-{beside}">' in answer.text
            assert f'value="{start}"' in answer.text
            assert "<time datetime" not in part_of(answer.text, r"<main(.*?)<div class=\"months\">")
        # An address that leads nowhere is told so.
        assert ida.get("/calendar?year=1999").status_code == 409
        assert ida.get("/calendar?year=tahun").status_code == 409
        assert ida.get("/calendar?version=2").status_code == 404
        assert ida.get("/calendar?version=x").status_code == 404


def test_the_administrator_changes_the_calendar_and_each_version_tells_why(mall: WebMall) -> None:
    with mall.signed_in("rina") as rina:
        assert changes(rina, "add", PILKADA) == "/calendar?year=2026&told=calendar-changed"
        why = {"reason": "Sidang isbat", "decree": "SKB 3 Menteri 2/2027"}
        changes(rina, "entry", {"day": "2027-03-10", "act": "confirm", **why})
        changes(rina, "entry", {"day": "2027-03-11", "act": "remove", **why})
        changes(rina, "ramadan", {"day": "2027-02-09", "until": "2027-03-09", **why})
    with mall.signed_in("ida") as ida:
        page = ida.get("/calendar?year=2027&told=calendar-changed").text
        old = ida.get("/calendar?year=2026&version=1").text
    assert "dihitung ulang dalam satu menit" in page
    versions = part_of(page, r'<ol class="timeline">(.*?)</ol>')
    assert re.findall(r"Versi (\d)", versions) == ["5", "4", "3", "2", "1"]
    assert "ditambahkan: Rabu, 25 November 2026: Pilkada" in versions
    assert "Rina Kusuma; SK Gubernur 1/2026" in versions
    assert "Pemilihan kepala daerah" in versions
    assert "diubah: Rabu, 10 Maret 2027: Hari Raya Idul Fitri" in versions
    assert "dihapus: Kamis, 11 Maret 2027" in versions
    assert "ditambahkan: Ramadan, 9 Februari 2027 – 9 Maret 2027" in versions
    assert "9 Februari 2027 – 9 Maret 2027:" in page
    assert "Ini versi lama" in old
    assert "Pilkada" not in part_of(old, r'<div class="months">(.*?)<h2>Jam buka')


def test_what_is_wrong_stands_beside_its_input_and_nothing_typed_is_lost(mall: WebMall) -> None:
    with mall.signed_in("rina") as rina:
        for wrong, beside, sentence in (
            ({"day": "2026-02-30"}, "day", "2026-02-30 bukan tanggal"),
            ({"day": "2026-12-25"}, "day", "25 Desember 2026 sudah libur: Hari Raya Natal"),
            ({"day": "2044-01-01"}, "day", "di luar kalender kerja"),
            ({"until": "2026-11-24"}, "until", "24 November 2026 mendahului 25 November 2026"),
            ({"name": " "}, "name", "Nama"),
            ({"name": "x" * 201}, "name", "201"),
            ({"kind": "cuti"}, "kind", "cuti bukan jenis hari libur"),
            ({"kind": "public", "decree": ""}, "decree", "harus punya dasar hukum"),
            ({"reason": ""}, "reason", "memerlukan alasan tertulis"),
        ):
            answer = rina.send("/calendar", "/calendar/add", PILKADA | wrong)
            assert answer.status_code in (409, 413, 422), wrong
            form = part_of(answer.text, r'(<form[^>]*action="/calendar/add".*?</form>)')
            field = part_of(form, rf'<div class="field missing">(.*?id="add-{beside}".*?)</div>')
            assert sentence in field, (wrong, field)
            for name, typed in (PILKADA | wrong).items():
                assert name == "kind" or typed.strip() in part_of(form, rf'(id="add-{name}".*?)</div>')
            others = answer.text.replace(form, "")
            assert "field missing" not in others
        answer = rina.send("/calendar", "/calendar/entry", {"day": "2026-11-25", "act": "confirm", "reason": "x"})
        assert "tidak ada dalam daftar hari libur" in part_of(answer.text, r'id="problem-entry-day">(.*?)</p>')
        assert '<option value="confirm" selected>' in answer.text
        answer = rina.send("/calendar", "/calendar/ramadan", {"day": "2026-03-20", "until": "", "reason": "x"})
        assert 'id="problem-ramadan-until"' in answer.text
    assert mall.office.calendar().number == 1


WHY = {"reason": "Surat edaran", "decree": "SE 5/2026"}
SIX_DAYS = {f"hours-{day}": "07.30-14.00" if day < 6 else "" for day in range(7)}


def sets(rina: Visitor, what: str, fields: dict[str, str], page: str = "/calendar/hours") -> str:
    """Where the page of the hours leads after the change."""
    answer = rina.send(page, f"/calendar/hours/{what}", fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_the_administrator_sets_the_hours_of_the_office_a_counter_and_a_season_and_adds_years(mall: WebMall) -> None:
    with mall.signed_in("rina") as rina:
        assert sets(rina, "office", SIX_DAYS | WHY) == "/calendar/hours?told=calendar-changed"
        counter = "/calendar/hours?counter=loket-pendaftaran"
        saturdays = {f"hours-{day}": "08:00-12:00" if day == 5 else "" for day in range(7)}
        sets(rina, "counter", saturdays | {"open": "own", **WHY}, counter)
        smoke = {"name": "Asap", "day": "2026-07-06", "until": "2026-07-10", "hours-0": "8.00-11.00", **WHY}
        sets(rina, "season", smoke)
        page = rina.get(counter).text
        known = part_of(page, r'<dl class="facts card">(.*?)</dl>')
        assert "Senin–Sabtu 07.30–14.00" in known
        assert "Sabtu 08.00–12.00" in known
        smoky = part_of(known, r"<dt>Asap</dt><dd>(<span[^>]*>Senin 08.00–11.00</span>.*?)</dd>")
        assert "6 Juli 2026 – 10 Juli 2026" in smoky
        assert 'id="counter-hours-5" name="hours-5" value="08.00-12.00"' in page
        # A season's hours left empty are those it had before.
        sets(rina, "season", {"name": "Asap", "day": "2026-07-07", "until": "2026-07-13", "reason": "Masih berasap"})
        sets(rina, "season-off", {"day": "2026-07-07", "reason": "Langit cerah"})
        sets(rina, "counter", saturdays | {"open": "usual", **WHY}, counter)
        last = mall.office.calendar().last_year
        assert changes(rina, "years", {"last_year": str(last + 1), **WHY}).endswith("told=calendar-changed")
    calendar = mall.office.calendar()
    assert (calendar.number, calendar.last_year, calendar.counters) == (8, last + 1, {})
    assert [one.name for one in calendar.seasons if one.since.year == 2026] == ["Ramadan"]


def test_what_is_wrong_with_hours_stands_beside_the_day_and_nothing_typed_is_lost(mall: WebMall) -> None:
    season = {"name": "Asap", "day": "2026-07-06", "until": "2026-07-10", **SIX_DAYS, **WHY}
    with mall.signed_in("rina") as rina:
        for what, typed, beside, sentence in (
            ("office", SIX_DAYS | WHY | {"hours-2": "pagi"}, "hours-2", "pagi bukan jam buka"),
            ("office", SIX_DAYS | WHY | {"hours-5": "12.00-08.00"}, "hours-5", "12.00-08.00"),
            ("office", dict.fromkeys(SIX_DAYS, "") | WHY, "hours-0", "tidak ada hari"),
            ("office", SIX_DAYS | WHY | {"reason": " "}, "reason", "memerlukan alasan tertulis"),
            ("office", SIX_DAYS | WHY | {"decree": ""}, "decree", "sudah lewat"),
            ("season", season | {"until": "2026-07-05"}, "until", "mendahului"),
            ("season", season | {"day": "6 Juli"}, "day", "6 Juli bukan tanggal"),
            ("season", season | {"name": ""}, "name", "Nama"),
            ("season", season | {"hours-6": "x"}, "hours-6", "x bukan jam buka"),
            ("season", {name: one for name, one in season.items() if "-" not in name}, "hours-0", "jam"),
            ("season", season | {"day": "2026-03-01", "until": "2026-03-05"}, "day", "Ramadan"),
            ("counter", {"open": "usual", "reason": "x"}, "open", "loket-pendaftaran"),
            ("season-off", {"day": "2026-03-02"}, "reason", "memerlukan alasan tertulis"),
        ):
            page = "/calendar/hours?counter=loket-pendaftaran"
            answer = rina.send(page, f"/calendar/hours/{what}", typed)
            assert answer.status_code in (409, 413, 422), (what, typed)
            form = part_of(answer.text, rf'(<form[^>]*action="/calendar/hours/{what}".*?</form>)')
            field = part_of(form, rf'<div class="field missing">(.*?id="{what}-{beside}".*?)</div>')
            assert sentence in field, (what, beside, field)
            for name, said in typed.items():
                assert (
                    not said.strip()
                    or name in ("open", "day")
                    or said in part_of(form, rf'(id="{what}-{name}".*?)</div>')
                )
            assert "field missing" not in answer.text.replace(form, "")
        for year, sentence in (("lima", "lima bukan tahun"), ("2030", "2036"), ("2200", "2100")):
            answer = rina.send("/calendar", "/calendar/years", {"last_year": year, **WHY})
            assert sentence in part_of(answer.text, r'id="problem-years-last_year">(.*?)</p>')
            assert (
                f'name="last_year" aria-describedby="problem-years-last_year" aria-invalid="true" value="{year}"'
                in (answer.text)
            )
    assert mall.office.calendar().number == 1


def test_the_administrator_sees_which_due_dates_would_move_and_counts_at_once(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    with mall.signed_in("rina") as rina:
        assert "sudah dihitung dengan versi 1" in rina.get("/calendar/recompute").text
        due = mall.office.now().date() + timedelta(days=3)
        changes(rina, "add", {"day": due.isoformat(), "name": "Banjir", "kind": "local", "reason": "Kantor terendam"})
        before = rina.get("/calendar/recompute").text
        assert "1 permohonan terbuka masih dihitung dengan versi sebelum versi 2" in before
        assert number in part_of(before, r'<ul class="card">(.*?)</ul>')
        assert "janji layanan dari" in before
        # Only looked at, it is counted by nobody.
        assert rina.get("/calendar/recompute").text == before
        after = rina.send("/calendar/recompute", "/calendar/recompute").text
        assert "1 permohonan terbuka sudah dihitung dengan kalender versi 2" in after
        assert number in after
        assert "sudah dihitung dengan versi 2" in rina.get("/calendar/recompute").text
