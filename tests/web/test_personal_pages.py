"""Pages that show personal data on purpose: once, for a reason; and what they show where there is none any more."""

from routing.actions.erase import erase
from routing.domain.erasure import LegalBasis
from tests.web.visitors import NIK, WAY, Visitor, WebMall, part_of

PHONE = "081234567890"
MASKED = f"3579{'•' * 10}01"


def revealed(visitor: Visitor, number: str, **fields: object):
    page = f"/applications/{number}/reveal"
    return visitor.send(page, page, {"field": ["nik", "phone"], "reason": "Mengabarkan berkas kurang"} | fields)


def test_what_is_masked_is_shown_once_and_the_file_tells_who_looked(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    with mall.signed_in("omar") as omar:
        assert NIK not in omar.get(f"/applications/{number}/reveal").text
        shown = revealed(omar, number)
        assert shown.status_code == 200
        assert NIK in shown.text
        assert PHONE in shown.text
        assert shown.headers["cache-control"] == "no-store"
        assert "form_token" not in str(shown.url)
        page = omar.get(f"/applications/{number}").text
        assert NIK not in page
        assert MASKED in page
        assert "Mengabarkan berkas kurang" in page
        assert "NIK, nomor telepon" in page
    with mall.signed_in("agus") as agus:
        log = agus.get(f"/audit?number={number}&kind=revealed").text
        assert "omar" in log.split("<tbody>")[1].lower()
        assert NIK not in log


def test_without_a_reason_nothing_is_shown_and_the_form_is_kept(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        answer = revealed(ida, number, reason=" ", field="phone")
        assert answer.status_code == 422
        assert "alasan" in answer.text
        assert PHONE not in answer.text
        assert 'value="phone" checked' in answer.text
        assert 'value="nik" checked' not in answer.text


def test_whoever_looks_too_often_is_told_to_wait(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        token = ida.token()
        fields = {"form_token": token, "field": "nik", "reason": "Cocokkan KTP"}
        for _ in range(mall.office.settings.reveals_an_hour):
            assert ida.post(f"/applications/{number}/reveal", fields).status_code == 200
        answer = ida.post(f"/applications/{number}/reveal", fields)
        assert answer.status_code == 503
        assert NIK not in answer.text


def test_the_counter_finds_an_applicant_by_nik_and_no_address_holds_it(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        numbers = {ida.registered(), ida.registered()}
        other = ida.registered(nik="3579014506900002", name="Wati Suryani")
        found = ida.send("/counter", "/counter/find", {"nik": f"{NIK[:8]} {NIK[8:]}"})
        assert found.status_code == 200
        assert NIK not in str(found.url) + found.text
        assert MASKED in found.text
        assert all(number in found.text for number in numbers)
        assert other not in found.text
        assert "Siti Rahmawati" in found.text
        nobody = ida.send("/counter", "/counter/find", {"nik": "3579014506900009"})
        assert nobody.status_code == 200
        assert "/applications/" not in nobody.text
        slip = ida.send("/counter", "/counter/find", {"nik": "357901450690000"})
        assert slip.status_code == 422
        assert "357901450690000" not in slip.text


def test_a_second_application_for_the_same_service_is_registered_with_a_warning(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        first = ida.registered()
        assert "permohonan lain" not in ida.get(f"/counter/receipts/{first}").text
        second = ida.registered()
        receipt = ida.get(f"/counter/receipts/{second}").text
        assert "permohonan lain" in receipt
        assert f'href="/applications/{first}"' in receipt
        page = f"/counter/withdrawals/{second}"
        assert ida.send(page, page).status_code == 303
        assert "permohonan lain" not in ida.get(f"/counter/receipts/{first}").text


def test_an_erased_application_is_shown_without_its_applicant(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        tracking = part_of(ida.get(f"/counter/receipts/{number}").text, r'class="tracking">(\w+)<')
    for account, _, decision in WAY:
        with mall.signed_in(account) as person:
            person.decide(number, decision, reason="Siti sudah lengkap" if decision == "recommend" else "")
    with mall.office.transaction() as tx:
        rina = tx.people.account("rina").id
    erase(mall.office, number, LegalBasis.RETENTION_OVER, person_id=rina)
    with mall.signed_in("ida") as ida:
        page = ida.get(f"/applications/{number}").text
        assert "Siti" not in page
        assert "Dihapus pada" in page
        assert "jadwal retensi" in page
        assert ida.get(f"/counter/receipts/{number}").status_code == 200
        assert ida.get("/counter").status_code == 200
        assert ida.get(f"/applications/{number}/reveal").status_code == 409
    with mall.signed_in("agus") as agus:
        assert agus.get(f"/audit/applications/{number}").status_code == 200
    with mall.visitor() as anybody:
        assert anybody.get(f"/t/{tracking}").status_code == 200


def test_an_administrator_says_whose_account_it_is_and_nobody_sees_the_nik_again(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    with mall.signed_in("rina") as rina:
        assert rina.send("/accounts/2", "/accounts/2/identify", {"nik": "12"}).status_code == 422
        answer = rina.send("/accounts/2", "/accounts/2/identify", {"nik": NIK})
        assert answer.status_code == 303
        assert NIK not in rina.client.get(answer.headers["location"], follow_redirects=True).text
    with mall.signed_in("omar") as omar:
        answer = omar.post(f"/applications/{number}/visits/2/claim", {"form_token": omar.token()})
        assert answer.status_code == 403
        assert "permohonannya sendiri" in answer.text


def test_somebody_who_stands_in_is_named_with_the_letter(mall: WebMall) -> None:
    today = mall.clock.now.astimezone(mall.office.time_zone).date().isoformat()
    role = {"role": "verifier", "desk": "verifikasi", "since": today, "until": "2026-03-31", "acting": "plt"}
    with mall.signed_in("rina") as rina:
        refused = rina.send("/accounts/3", "/accounts/3/assign", role)
        assert refused.status_code == 422
        assert 'value="2026-03-31"' in refused.text
        role |= {"instrument": "800/77/2026", "instrument_date": "2026-02-27"}
        assert rina.send("/accounts/3", "/accounts/3/assign", role).status_code == 303
        page = rina.get("/accounts/3").text
        assert "Plt." in page
        assert "800/77/2026" in page
        assert "31 Maret 2026" in page
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    with mall.signed_in("sari") as sari:
        sari.decide(number, "forward")
        assert "Plt. Sari Wulandari (800/77/2026)" in sari.get(f"/applications/{number}").text
