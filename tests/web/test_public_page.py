"""What anybody with the tracking code learns: how far, whose turn - and nothing about anybody."""

import re

import pytest

from tests.web.visitors import NIK, WAY, WebMall, part_of


def tracking_code(mall: WebMall, number: str) -> str:
    with mall.signed_in("ida") as ida:
        return part_of(ida.get(f"/counter/receipts/{number}").text, r'class="tracking">([^<]+)<')


def registered(mall: WebMall) -> tuple[str, str]:
    with mall.signed_in("ida") as ida:
        number = ida.registered(name="dr. Putu Lestari")
    return number, tracking_code(mall, number)


def test_the_public_page_says_whose_turn_it_is_at_every_stage(mall: WebMall) -> None:
    number, code = registered(mall)
    with mall.visitor() as anybody:
        assert "Giliran kantor" in anybody.get(f"/t/{code}").text
        with mall.signed_in("omar") as omar:
            omar.decide(number, "return", reason="STR kabur", requirement="registration")
        page = anybody.get(f"/t/{code}").text
        assert "Giliran Anda" in page
        assert "Surat Tanda Registrasi (STR)" in page
        assert "STR kabur" not in page
        with mall.signed_in("ida") as ida:
            ida.decide(number, "resubmit")
        for account, _desk, decision in WAY:
            assert "Giliran kantor" in anybody.get(f"/t/{code}").text
            with mall.signed_in(account) as officer:
                officer.decide(number, decision)
        page = anybody.get(f"/t/{code}").text
        assert "<h1>Selesai</h1>" in page
        assert "Giliran" not in page


def stages(page: str) -> list[tuple[str, str]]:
    found = re.findall(r'<li class="(done|now|next)"[^>]*>(.*?)\n', page)
    return [(progress, label.strip()) for progress, label in found]


def test_the_stages_are_those_behind_the_one_it_is_at_and_those_to_come(mall: WebMall) -> None:
    number, code = registered(mall)
    with mall.signed_in("omar") as omar:
        omar.decide(number, "forward")
    with mall.signed_in("sari") as sari:
        sari.decide(number, "return", reason="Tempat praktik?", requirement="practice-place")
    with mall.visitor() as anybody:
        assert stages(anybody.get(f"/t/{code}").text) == [
            ("done", "Terdaftar"),
            ("done", "Sedang diverifikasi"),
            ("now", "Perlu perbaikan Anda"),
            ("next", "Menunggu rekomendasi Dinas Kesehatan"),
            ("next", "Sedang disiapkan"),
            ("next", "Menunggu tanda tangan"),
            ("next", "Sudah ditandatangani"),
            ("next", "Terbit, siap diambil"),
            ("next", "Selesai"),
        ]


def test_the_public_page_names_nobody(mall: WebMall) -> None:
    number, code = registered(mall)
    with mall.signed_in("omar") as omar:
        omar.decide(number, "return", reason="Hubungi Omar di 0812", requirement="registration")
    with mall.visitor() as anybody:
        answer = anybody.get(f"/t/{code}")
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "set-cookie" not in answer.headers
    for personal in ("Lestari", NIK, NIK[:6], "Omar", "Hidayat", "Ida", "0812", "Diponegoro", number):
        assert personal not in answer.text, personal


@pytest.mark.parametrize("way_of_typing", ["{lower}", " {code} ", "{spaced}"])
def test_a_code_is_found_however_it_is_typed(mall: WebMall, way_of_typing: str) -> None:
    _, code = registered(mall)
    typed = way_of_typing.format(lower=code.lower(), code=code, spaced=f"{code[:3]}-{code[3:6]} {code[6:]}")
    with mall.visitor() as anybody:
        answer = anybody.client.get("/track", params={"code": typed})
        assert answer.headers["location"] == f"/t/{code}"
        assert anybody.get(f"/T/{code}").status_code == 200


def test_a_slip_and_a_code_nobody_has_are_answered_alike(mall: WebMall) -> None:
    from routing.domain.identifiers import tracking_code as code_of

    with mall.visitor() as anybody:
        answers = [anybody.get(f"/t/{code}") for code in ("AAAAAAAAA", code_of(1))]
        assert {answer.status_code for answer in answers} == {404}
        said = [part_of(answer.text, r"<p>([^<]*bukan kode lacak[^<]*)</p>") for answer in answers]
        sentences = {re.sub(r"[A-Z0-9]{9}", "CODE", sentence) for sentence in said}
        assert len(sentences) == 1


def test_english_stands_beside_indonesian_and_is_remembered(mall: WebMall) -> None:
    _, code = registered(mall)
    with mall.visitor() as anybody:
        page = anybody.get(f"/t/{code}").text
        assert '<html lang="id">' in page
        english = part_of(page, r'href="([^"]+)" hreflang="en"')
        answer = anybody.get(english)
        assert '<html lang="en">' in answer.text
        assert "The office's turn" in answer.text
        assert "2026, 0" in answer.text
        assert '<html lang="en">' in anybody.get("/").text
        assert '<html lang="id">' in anybody.get("/?lang=id").text
        assert '<html lang="id">' in anybody.get("/?lang=xx").text


def test_a_promise_in_minutes_is_told_in_minutes(mall: WebMall) -> None:
    with mall.visitor() as anybody:
        assert "Dijanjikan selesai dalam 60 menit." in anybody.get("/").text
