"""A doctor's practice permit walks through the mall, clicked through in Chromium before the real program."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.processes import programs
from tests.browser.chromium import People, Screens, chromium

pytestmark = pytest.mark.browser

REQUIRED = ("Formulir permohonan", "(KTP)", "(STR)", "tempat praktik dari pimpinan", "Pas foto")
#: What is said after the file has come back: who, at which desk, the button.
REST_OF_THE_WAY = (
    ("sari", "dinas-kesehatan", "Rekomendasikan"),
    ("wayan", "penomoran", "Teruskan"),
    ("ratna", "kepala-dinas", "Tanda tangani"),
    ("dewi", "pengecekan-sk", "Teruskan ke penyerahan"),
    ("budi", "loket-penyerahan", "Serahkan"),
)


@pytest.fixture(scope="module")
def mall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """`satuatap up --demo`, as in the README; what it announced."""
    folder = tmp_path_factory.mktemp("up")
    with chromium() as browser, programs(folder) as started:
        up = started.part("up", "--demo", "--port", "0", "--data", str(folder / "mall"), "--json")
        yield {"browser": browser, **json.loads(up.stdout)}


# The pages have no script yet, so the walk without JavaScript is the same one; it is walked by command.
@pytest.mark.parametrize(
    "javascript",
    [pytest.param(True, id="with-javascript"), pytest.param(False, id="without-javascript", marks=pytest.mark.slow)],
)
def test_a_permit_walks_through_the_mall_and_once_back_to_the_applicant(mall: dict[str, Any], javascript: bool) -> None:
    passwords = {account["code"]: account["password"] for account in mall["accounts"]}
    people = People(mall["browser"], mall["address"], passwords, javascript=javascript)
    # Both look the same, because no page holds a script.
    screens = Screens(is_kept=javascript)

    with people.visitor() as page:
        screens.take(page, "public start")
        page.goto("/sign-in")
        screens.take(page, "sign in")

    with people.signed_in("ida") as page:
        screens.take(page, "counter before")
        page.get_by_role("link", name="Permohonan baru: Surat Izin Praktik Dokter").click()
        page.get_by_label("Nama, sesuai KTP").fill("dr. Putu Lestari")
        page.get_by_label("NIK, 16 angka").fill("3579014107900001")
        page.get_by_label("Nomor ponsel").fill("0812 3456 7890")
        page.locator("#form-place").fill("Klinik Sehat, Jalan Diponegoro 12, Kota Batu")
        page.get_by_role("button", name="Daftarkan").click()
        # Without the requirements nothing is registered, and nothing typed is lost.
        assert "tidak dapat didaftarkan tanpa" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("Nama, sesuai KTP").input_value() == "dr. Putu Lestari"
        screens.take(page, "registration refused")
        for paper in REQUIRED:
            page.get_by_role("checkbox", name=paper).check()
        page.get_by_role("button", name="Daftarkan").click()
        tracking_code = page.locator(".tracking").inner_text()
        number = page.locator(".receipt .number.big").inner_text()
        screens.take(page, "receipt")
        page.goto("/counter")
        assert number in page.locator("main").inner_text()
        screens.take(page, "counter after")

    with people.signed_in("omar") as page:
        _open_queue(page, "verifikasi", number)
        screens.take(page, "queue")
        page.get_by_role("button", name="Ambil berikutnya").click()
        screens.take(page, "application taken")
        _decide(page, "Teruskan")
        assert f"{number}: keputusan Anda dicatat" in page.get_by_role("status").inner_text()
        screens.take(page, "queue after the decision")

    with people.signed_in("sari") as page:
        _open_queue(page, "dinas-kesehatan", number)
        _take(page, number)
        page.get_by_role("link", name="Kembalikan ke pemohon").click()
        page.get_by_role("checkbox", name="Surat Tanda Registrasi (STR)").check()
        page.get_by_role("button", name="Kembalikan ke pemohon").click()
        # The reason is missing: what was ticked is still ticked.
        assert "memerlukan alasan tertulis" in page.get_by_role("alert").inner_text()
        assert page.get_by_role("checkbox", name="Surat Tanda Registrasi (STR)").is_checked()
        page.get_by_label("Alasan").fill("STR tidak terbaca. Serahkan salinan yang jelas.")
        screens.take(page, "return to the applicant")
        page.get_by_role("button", name="Kembalikan ke pemohon").click()

    _look_up(people, tracking_code, "Giliran Anda", screens, shows="Surat Tanda Registrasi (STR)")

    with people.signed_in("ida") as page:
        _until_shown(page, "/counter", "Terima perbaikan")
        screens.take(page, "counter with a repair")
        page.get_by_role("link", name="Terima perbaikan").click()
        assert "STR tidak terbaca" in page.locator("main").inner_text()
        screens.take(page, "taking the repair back")
        page.get_by_role("button", name="Terima perbaikan").click()

    with people.signed_in("sari") as page:
        # Back at the desk that asked, and not at the first one.
        _open_queue(page, "dinas-kesehatan", number)
        page.get_by_role("link", name=number).click()
        screens.take(page, "application that came back")

    for account, desk, button in REST_OF_THE_WAY:
        with people.signed_in(account) as page:
            _open_queue(page, desk, number)
            _take(page, number)
            _decide(page, button)
            assert f"{number}: keputusan Anda dicatat" in page.get_by_role("status").inner_text()

    _look_up(people, tracking_code, "Selesai", screens)

    with people.signed_in("agus") as page:
        screens.take(page, "transition log")
        page.get_by_label("Nomor", exact=True).fill(number)
        page.get_by_role("button", name="Saring").click()
        page.get_by_role("link", name=number).first.click()
        assert "Rantai utuh" in page.locator("main").inner_text()
        screens.take(page, "every transition of the permit")
        entries = page.locator("table.chain tbody tr").all_inner_texts()
        kinds = [entry.split("\t")[2] for entry in reversed(entries)]
        stay = ["tiba", "diambil", "diputuskan"]
        assert kinds == ["didaftarkan", "diputuskan", *stay, *stay, "tiba", "diputuskan", *stay * 5]

    with people.signed_in("rina") as page:
        screens.take(page, "accounts")
        page.get_by_role("link", name="omar").click()
        screens.take(page, "account")

    with people.signed_in("hari") as page:
        screens.take(page, "desks of the manager")
        page.goto("/audit")
        assert "tidak berwenang" in page.get_by_role("alert").inner_text()
        screens.take(page, "not allowed")
        page.goto("/desks?lang=en")
        assert page.locator("h1").inner_text() == "Desks"
        screens.take(page, "in English")

    # A refused form and a page somebody may not see are told by Chromium's console, too; nothing else is.
    refused = ("status of 403", "status of 422")
    assert [said for said in people.complaints if not any(status in said for status in refused)] == []


def _until_shown(page: Any, address: str, text: str) -> None:
    """Looks again until the courier has carried the document there."""
    from playwright.sync_api import expect

    def is_shown() -> bool:
        page.goto(address)
        try:
            expect(page.locator("main")).to_contain_text(text, timeout=500)
        except AssertionError:
            return False
        return True

    assert any(is_shown() for _ in range(20)), f"{text} does not appear on {address}"


def _open_queue(page: Any, desk: str, number: str) -> None:
    _until_shown(page, f"/desks/{desk}", number)


def _take(page: Any, number: str) -> None:
    page.get_by_role("row", name=number).get_by_role("button", name="Ambil").click()


def _decide(page: Any, button: str) -> None:
    page.get_by_role("link", name=button, exact=True).click()
    page.get_by_role("button", name=button, exact=True).click()


def _look_up(people: People, tracking_code: str, expected: str, screens: Screens, shows: str = "") -> None:
    with people.visitor() as page:
        page.get_by_label("Kode lacak").fill(tracking_code.lower())
        page.get_by_role("button", name="Lacak").click()
        _until_shown(page, page.url, expected)
        said = page.locator("body").inner_text()
        assert shows in said
        for personal in ("Lestari", "3579", "Sari", "tidak terbaca"):
            assert personal not in said
        screens.take(page, f"public status {expected}")
