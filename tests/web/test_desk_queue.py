"""What lies at a desk, in which order, and who takes it; on both databases."""

import re
import shutil
from datetime import timedelta
from pathlib import Path

from routing.catalogue.workflow_files import default_folder
from routing.cli.publishing import publish_files
from tests.web.visitors import PASSWORD, SERVICE, WebMall, part_of


def numbers(page: str) -> list[str]:
    return re.findall(r'class="number" href="/applications/([^"]+)"', page)


def test_the_oldest_comes_first_and_long_queues_have_pages(any_mall: WebMall) -> None:
    registered = []
    with any_mall.signed_in("ida") as ida:
        for _ in range(53):
            any_mall.clock.advance(timedelta(seconds=1))
            registered.append(ida.registered())
    with any_mall.signed_in("omar") as omar:
        first = omar.get("/desks/verifikasi").text
        more = part_of(first, r'href="(/desks/verifikasi\?behind=[^"]+)"')
        second = omar.get(more).text
        # A cursor nobody gave out begins at the oldest.
        assert numbers(omar.get("/desks/verifikasi?behind=nonsense").text) == numbers(first)
        assert numbers(omar.get("/desks/verifikasi?behind=WyJ4IiwxXQ==").text) == numbers(first)
    assert numbers(first) + numbers(second) == registered
    assert '<span class="count">53</span>' in first


def test_take_the_next_takes_the_oldest_that_nobody_holds(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida:
        oldest = ida.registered()
        any_mall.clock.advance(timedelta(minutes=1))
        younger = ida.registered()
    with any_mall.signed_in("omar") as omar:
        for number in (oldest, younger):
            answer = omar.send("/desks/verifikasi", "/desks/verifikasi/next")
            assert answer.headers["location"].startswith(f"/applications/{number}?")
        assert "/desks/verifikasi/next" not in omar.get("/desks/verifikasi").text
        page = omar.get(f"/applications/{oldest}").text
        release = part_of(page, r'action="([^"]+/release)"')
        assert omar.send(f"/applications/{oldest}", release).status_code == 303
        assert "Ambil berikutnya" in omar.get("/desks/verifikasi").text


def test_repairs_that_wait_hide_nothing_behind_them_from_take_the_next(mall: WebMall, tmp_path: Path) -> None:
    """In this office files are verified at the counter that takes repairs in."""
    shutil.copytree(default_folder(), tmp_path / "workflows")
    file = tmp_path / "workflows" / f"{SERVICE}.yaml"
    file.write_text(file.read_text().replace("[verifikasi]", "[loket-pendaftaran]"))
    assert publish_files(mall.office, [file], by="tests").published == (SERVICE,)
    mall.add_person("tono", [("verifier", "loket-pendaftaran")])
    queue = "/desks/loket-pendaftaran"
    with mall.signed_in("ida") as ida, mall.visitor() as tono:
        tono.sign_in("tono", PASSWORD)
        for _ in range(7):
            number = ida.registered()
            assert tono.decide(number, "return", reason="KTP kabur", requirement="id-card").status_code == 303
        assert len(numbers(tono.get(queue).text)) == 7
        assert f"{queue}/next" not in tono.get(queue).text
        mall.clock.advance(timedelta(minutes=1))
        wanted = ida.registered()
        # Ida sits at the same desk and may not verify.
        assert f"{queue}/next" not in ida.get(queue).text
        assert "/claim" not in ida.get(queue).text
        answer = tono.send(queue, f"{queue}/next")
    assert answer.headers["location"].startswith(f"/applications/{wanted}?")


def test_nothing_is_offered_to_be_taken_where_only_repairs_wait(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida, mall.signed_in("omar") as omar, mall.signed_in("hari") as hari:
        number, other = ida.registered(), ida.registered()
        omar.decide(number, "return", reason="KTP kabur", requirement="id-card")
        page = ida.get("/desks/loket-pendaftaran").text
        assert numbers(page) == [number]
        assert "Ambil" not in page
        # Nor to a manager, who sees every queue and takes nothing.
        page = hari.get("/desks/verifikasi").text
        assert numbers(page) == [other]
        assert "Ambil" not in page


def test_a_colleague_or_a_manager_gives_back_what_somebody_away_holds(any_mall: WebMall) -> None:
    any_mall.add_person("tono", [("verifier", "verifikasi")])
    with any_mall.signed_in("ida") as ida, any_mall.signed_in("omar") as omar, any_mall.signed_in("hari") as hari:
        number = ida.registered()
        file = f"/applications/{number}"
        with any_mall.visitor() as tono:
            tono.sign_in("tono", PASSWORD)
            for colleague in (tono, hari):
                omar.send(file, f"{file}/visits/2/claim")
                page = colleague.get(file).text
                assert "Lepaskan dari Omar Hidayat ke antrean" in page
                assert "Release from Omar Hidayat into the queue" in colleague.get(f"{file}?lang=en").text
                colleague.get(f"{file}?lang=id")
                assert colleague.send(file, f"{file}/visits/2/release").status_code == 303
                assert "belum diambil siapa pun" in omar.get(file).text
            assert "Lepaskan dari" not in tono.get(file).text
            tono.send(file, f"{file}/visits/2/claim")
        assert "Lepaskan dari Tono ke antrean" in omar.get(file).text


def test_whoever_may_not_take_a_document_there_cannot_take_it_from_its_holder(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida, mall.signed_in("omar") as omar:
        number = ida.registered()
        file = f"/applications/{number}"
        omar.send(file, f"{file}/visits/2/claim")
        assert "Lepaskan ke antrean" in omar.get(file).text
        for account in ("ida", "sari", "agus", "rina"):
            with mall.signed_in(account) as person:
                assert "/release" not in person.get(file).text, account
                answer = person.post(f"{file}/visits/2/release", {"form_token": person.token()})
                assert answer.status_code == 403, account
        assert f"{file}/visits/2/release" in omar.get(file).text


def test_a_document_on_its_way_is_not_in_the_queue_yet(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida, any_mall.signed_in("omar") as omar:
        number = ida.register().headers["location"].rsplit("/", 1)[1]
        page = omar.get("/desks/verifikasi").text
        assert number not in page
        assert "1 berkas sedang menuju ke sini" in page
        assert "Sedang menuju" in omar.get(f"/applications/{number}").text
        any_mall.carry()
        assert number in omar.get("/desks/verifikasi").text


def test_a_returned_document_waits_at_the_counter_and_goes_back_to_the_desk_that_asked(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida, any_mall.signed_in("sari") as sari:
        number = ida.registered()
        with any_mall.signed_in("omar") as omar:
            omar.decide(number, "forward")
        sari.decide(number, "return", reason="STR kabur", requirement=["registration", "photo"])
        page = ida.get("/counter").text
        back = part_of(page, r'href="([^"]+/decide/resubmit)"')
        form = ida.get(back).text
        assert "STR kabur" in form
        assert "Pas foto" in form
        answer = ida.send(back, back)
        assert answer.headers["location"].startswith("/counter?")
        any_mall.carry()
        assert number in sari.get("/desks/dinas-kesehatan").text


def test_a_withdrawal_closes_the_application_while_it_is_possible(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida, any_mall.signed_in("omar") as omar:
        number = ida.registered()
        page = f"/counter/withdrawals/{number}"
        assert page in ida.get(f"/applications/{number}").text
        assert ida.send(page, page, {"reason": "pindah kota"}).status_code == 303
        assert number not in omar.get("/desks/verifikasi").text
        closed = ida.get(f"/applications/{number}").text
        assert "sudah berakhir" in closed
        assert "Ditarik dari Verifikasi Berkas" in closed
        # The page is still open elsewhere.
        answer = ida.post(page, {"form_token": ida.token(), "desk": "loket-pendaftaran"}, accept="application/json")
        assert (answer.status_code, answer.json()["code"]) == (409, "application_ended")


def test_a_scanned_receipt_leads_to_the_file(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida, any_mall.signed_in("omar") as omar:
        number = ida.registered()
        code = part_of(ida.get(f"/counter/receipts/{number}").text, r'class="tracking">([^<]+)<')
        for typed in (number, number.lower(), code, f"HTTP://LOCALHOST/T/{code}"):
            assert omar.client.get("/find", params={"q": typed}).headers["location"] == f"/applications/{number}"
        assert omar.client.get("/find", params={"q": ""}).status_code == 404


def test_who_takes_over_a_lapsed_claim_reads_whose_it_was(mall: WebMall) -> None:
    mall.add_person("kadek", [("verifier", "verifikasi")])
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    with mall.signed_in("omar") as omar:
        omar.send(f"/applications/{number}", f"/applications/{number}/visits/2/claim")
    mall.clock.advance(timedelta(minutes=61))
    with mall.visitor() as kadek:
        kadek.sign_in("kadek", PASSWORD)
        assert "waktunya sudah lewat" in kadek.get(f"/applications/{number}").text
        kadek.send(f"/applications/{number}", f"/applications/{number}/visits/2/claim")
        assert "Waktu omar, yang mengambilnya sebelumnya, sudah lewat." in kadek.get(f"/applications/{number}").text
