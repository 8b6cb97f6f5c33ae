"""Whatever is sent: a sentence that names the thing, the rule and the way out, a stable code, and nothing written."""

from datetime import UTC, datetime

import pytest

from tests.row_counts import row_counts
from tests.web.visitors import PASSWORD, REQUIRED, SERVICE, WebMall, hidden_fields, part_of, registration_fields

PAGE = f"/counter/new/{SERVICE}"


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({"nik": "12345"}, 422, "NIK tidak sah: terdiri atas 5 angka"),
        ({"nik": "357901450690000x"}, 422, "memuat selain angka"),
        ({"nik": "3579019906900001"}, 422, "99-06-90 bukan tanggal lahir"),
        ({"nik": ""}, 422, "NIK tidak sah: masih kosong"),
        ({"name": "   "}, 422, "Nama: masih kosong. Tulis sesuai KTP."),
        ({"name": "x" * 201}, 413, "Nama terdiri atas 201 karakter"),
        ({"phone": "telepon saya"}, 422, "telepon saya bukan nomor telepon"),
        ({"form.place": "y" * 2_001}, 422, "2001 karakter"),
        ({"paper": ["form", "id-card"]}, 422, "tidak dapat didaftarkan tanpa: Surat Tanda Registrasi (STR)"),
        ({"paper": [*REQUIRED, "moon"]}, 422, "tidak mempunyai syarat moon"),
        ({"desk": "verifikasi"}, 422, "tidak dikerjakan di Verifikasi Berkas"),
        ({"decision": "fly"}, 422, "tidak mengenal keputusan fly"),
    ],
)
def test_a_refused_registration_is_shown_again_as_it_was_filled_in(
    mall: WebMall, changed: dict[str, object], status: int, sentence: str
) -> None:
    with mall.signed_in("ida") as ida:
        before = row_counts(mall.office.database)
        answer = ida.register(**{"form.place": "Klinik <Sehat>", **changed})
        assert answer.status_code == status
        assert sentence in answer.text
        if "form.place" not in changed:
            assert "Klinik &lt;Sehat&gt;" in answer.text
        assert row_counts(mall.office.database) == before


def test_everything_that_is_wrong_is_told_at_once(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        page = ida.register(nik="1", phone="x", paper=[]).text
    for sentence in ("NIK tidak sah", "bukan nomor telepon", "tidak dapat didaftarkan tanpa"):
        assert sentence in page


def test_a_nik_of_a_region_of_the_past_is_a_warning_on_the_receipt(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        known, unknown = ida.registered(), ida.registered(nik="5401014506900001")
        assert "bukan wilayah yang berlaku sekarang" not in ida.get(f"/counter/receipts/{known}").text
        assert "bukan wilayah yang berlaku sekarang" in ida.get(f"/counter/receipts/{unknown}").text


def test_a_form_sent_twice_is_one_application(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        fields = {**hidden_fields(ida.get(PAGE).text, PAGE), **registration_fields()}
        receipts = {ida.post(PAGE, fields).headers["location"] for _ in range(2)}
        assert len(receipts) == 1
        assert ida.register().headers["location"] not in receipts


def test_a_note_of_two_megabytes_is_too_large(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida, mall.signed_in("omar") as omar:
        number = ida.registered()
        before = row_counts(mall.office.database)
        page = f"/applications/{number}/visits/2/decide/forward"
        answer = omar.send(page, page, {"reason": "a" * 2_000_000})
        assert answer.status_code == 413
        assert "Kiriman melebihi 1048576 bita" in answer.text
        fields = hidden_fields(omar.get(page).text, page) | {"reason": "a" * 2_000_000}
        refused = omar.post(page, fields, accept="application/json")
        assert refused.json()["code"] == "body_too_large"
        assert row_counts(mall.office.database) == before


def test_a_note_longer_than_is_kept_is_given_back_to_be_shortened(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida, mall.signed_in("omar") as omar:
        number = ida.registered()
        page = f"/applications/{number}/visits/2/decide/forward"
        answer = omar.send(page, page, {"reason": "alasan " * 1_000})
        assert answer.status_code == 413
        assert "alasan terdiri atas 6999 karakter; paling banyak 4000" in answer.text
        assert "alasan alasan alasan" in answer.text


@pytest.mark.parametrize("field", ["reason", "name"])
def test_text_that_is_not_utf8_is_refused_by_the_name_of_its_field(mall: WebMall, field: str) -> None:
    with mall.signed_in("ida") as ida:
        before = row_counts(mall.office.database)
        body = f"form_token={ida.token()}&{field}=%FF%FE".encode()
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/problem+json"}
        for raw in (body, body.replace(b"%FF%FE", b"\xff\xfe"), body.replace(b"%FF%FE", b"%00")):
            answer = ida.client.post(PAGE, content=raw, headers=headers)
            assert answer.status_code == 422
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] == "not_utf8"
            assert field in answer.json()["detail"]
        assert row_counts(mall.office.database) == before


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/applications/SIP-DOKTER-2026-999999-9", "unknown_application"),
        ("/applications/%00", "unknown_application"),
        ("/applications/'%20OR%201=1--", "unknown_application"),
        ("/applications/" + "9" * 5_000, "unknown_application"),
        ("/counter/receipts/NONE-1", "unknown_application"),
        ("/counter/new/driving-licence", "unknown_service"),
        ("/desks/moon", "unknown_desk"),
        ("/t/AAAAAAAAA", "unknown_tracking_code"),
        ("/t/%00", "unknown_tracking_code"),
        ("/track?code=AAAA", "unknown_tracking_code"),
        ("/nowhere", "not_found"),
    ],
)
def test_what_is_not_there_is_named_and_404(mall: WebMall, path: str, code: str) -> None:
    with mall.signed_in("ida") as ida:
        told = ida.get(path, accept="application/json")
        assert (told.status_code, told.json()["code"]) == (404, code)
        page = ida.get(path)
        assert page.status_code == 404
        assert "<h1>" in page.text


def test_a_decision_on_an_older_state_is_refused_and_the_text_given_back(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida, mall.signed_in("omar") as omar:
        number = ida.registered()
        page = f"/applications/{number}/visits/2/decide/return"
        old = hidden_fields(omar.get(page).text, page)
        omar.send(f"/applications/{number}", f"/applications/{number}/visits/2/claim")
        before = row_counts(mall.office.database)
        fields = {**old, "reason": "STR kabur, mohon diulang", "requirement": "registration"}
        answer = omar.post(page, fields)
        assert answer.status_code == 409
        assert "sudah berubah sejak Anda membukanya" in answer.text
        assert "STR kabur, mohon diulang" in answer.text
        assert omar.post(page, fields, accept="application/json").json()["code"] == "stale_version"
        assert row_counts(mall.office.database) == before


@pytest.mark.parametrize("version", ["", "x", "-5", "9" * 4_400, "1e3", "²"])
def test_a_version_that_no_page_gave_out_is_never_the_current_one(mall: WebMall, version: str) -> None:
    with mall.signed_in("ida") as ida, mall.signed_in("omar") as omar:
        number = ida.registered()
        fields = {"form_token": omar.token(), "version": version}
        answer = omar.post(f"/applications/{number}/visits/2/decide/forward", fields, accept="application/json")
        assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")


@pytest.mark.parametrize(
    ("account", "path", "status", "code"),
    [
        ("sari", "visits/2/decide/forward", 403, "not_allowed"),
        ("omar", "visits/1/decide/accept", 409, "not_at_this_desk"),
        ("omar", "visits/2/decide/sign", 409, "decision_not_possible"),
        ("omar", "visits/2/decide/fly", 422, "unknown_decision"),
        ("omar", "visits/99999999999999999999/claim", 409, "not_at_this_desk"),
        ("omar", "visits/x/claim", 409, "not_at_this_desk"),
    ],
)
def test_what_cannot_be_decided_has_its_code(mall: WebMall, account: str, path: str, status: int, code: str) -> None:
    with mall.signed_in("ida") as ida, mall.signed_in(account) as person:
        number = ida.registered()
        before = row_counts(mall.office.database)
        version = part_of(_decision_form(mall, number), r'name="version" value="(\d+)"')
        fields = {"form_token": person.token(), "version": version}
        answer = person.post(f"/applications/{number}/{path}", fields, accept="application/json")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        page = person.post(f"/applications/{number}/{path}", fields)
        assert page.status_code == status
        # Signing in has written sessions.
        unchanged = {name: count for name, count in before.items() if name != "sign_ins"}
        assert unchanged.items() <= row_counts(mall.office.database).items()


def _decision_form(mall: WebMall, number: str) -> str:
    with mall.signed_in("omar") as omar:
        return str(omar.get(f"/applications/{number}/visits/2/decide/forward").text)


def test_a_document_somebody_else_holds_is_theirs(mall: WebMall) -> None:
    mall.add_person("tono", [("verifier", "verifikasi")])
    with mall.signed_in("ida") as ida, mall.signed_in("omar") as omar:
        number = ida.registered()
        omar.send(f"/applications/{number}", f"/applications/{number}/visits/2/claim")
    with mall.visitor() as tono:
        tono.sign_in("tono", "kata-sandi-uji")
        page = tono.get(f"/applications/{number}").text
        assert "dipegang Omar Hidayat" in page
        assert "/claim" not in page
        claim = f"/applications/{number}/visits/2/claim"
        answer = tono.post(claim, {"form_token": tono.token()}, accept="application/json")
        assert (answer.status_code, answer.json()["code"]) == (409, "held_by_another")


def test_who_holds_a_document_and_since_when_is_told_as_people_say_it(mall: WebMall) -> None:
    mall.add_person("tono", [("verifier", "verifikasi")])
    mall.clock.now = datetime(2026, 11, 21, 13, 2, tzinfo=UTC)
    with mall.signed_in("ida") as ida, mall.signed_in("omar") as omar, mall.visitor() as tono:
        number = ida.registered()
        omar.send(f"/applications/{number}", f"/applications/{number}/visits/2/claim")
        tono.sign_in("tono", PASSWORD)
        claim, fields = f"/applications/{number}/visits/2/claim", {"form_token": tono.token()}
        assert (
            f"Permohonan {number} dipegang Omar Hidayat sejak 21 Nov 2026 20.02 WIB." in tono.post(claim, fields).text
        )
        english = tono.post(f"{claim}?lang=en", fields).text
        assert f"{number} has been taken by Omar Hidayat since 21 Nov 2026 20:02 WIB." in english


HOSTILE = '<script>alert("x")</script><b title="y">\''


def test_what_people_type_is_shown_as_text_and_never_run(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida, mall.signed_in("omar") as omar, mall.signed_in("agus") as agus:
        number = ida.registered(name=f"Siti {HOSTILE}", **{"form.place": HOSTILE})
        omar.decide(number, "return", reason=HOSTILE, requirement="registration")
        pages = [
            ida.get("/counter"),
            ida.get(f"/counter/receipts/{number}"),
            ida.get(f"/applications/{number}"),
            ida.get(f"/applications/{number}/visits/3/decide/resubmit"),
            ida.register(name=HOSTILE, nik=HOSTILE, phone=HOSTILE, **{"form.place": HOSTILE}),
            omar.get(f"/applications/{number}"),
            agus.get(f"/audit/applications/{number}"),
            agus.get(f"/audit?actor={HOSTILE}&since={HOSTILE}"),
            ida.get(f"/t/{HOSTILE[:20]}"),
            ida.get(f"/track?code={HOSTILE[:20]}"),
            ida.get(f"/desks/{HOSTILE[:20]}"),
            ida.get(f"/find?q={HOSTILE}"),
            ida.get(f"/counter?told=decided&number={HOSTILE}"),
        ]
    for page in pages:
        assert "<script" not in page.text, page.url
        assert "<b title" not in page.text, page.url
    assert sum("&lt;script&gt;" in page.text for page in pages) >= 8


def test_a_page_that_breaks_gives_a_number_that_the_log_has(
    mall: WebMall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(_office: object) -> None:
        message = "a secret of the inside"
        raise RuntimeError(message)

    monkeypatch.setattr("routing.web.public_pages.services_in_force", break_down)
    with mall.visitor() as visitor:
        answer = visitor.get("/")
        told = visitor.get("/", accept="application/json").json()
    assert answer.status_code == 500
    assert "a secret" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    reference = part_of(answer.text, r"Nomor rujukan:.*?>([0-9A-F]{8})<")
    assert reference in caplog.text
    assert told["reference"] in caplog.text
