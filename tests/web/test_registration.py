"""The counter's form of any service: what it asks, what is wrong beside each field, what it costs before it is said."""

import re

import pytest

from routing.domain.fields import FieldKind
from routing.reading.application_file import application_file
from tests.domain.people_of_the_mall import ALL_PAPERS
from tests.forms_of_a_service import FEES, FORM, NIK, NPWP, label, publish_with_form
from tests.row_counts import row_counts
from tests.web.visitors import Visitor, WebMall, part_of

PAGE = "/counter/new/sip-dokter"
SEALED = "Klinik Sehat, Jalan Diponegoro 12"


@pytest.fixture
def mall(mall: WebMall) -> WebMall:
    publish_with_form(mall.office)
    return mall


def filled(**changed: object) -> dict[str, object]:
    said: dict[str, object] = {"form.kind": "clinic", "form.area": "42,5", "form.place": SEALED}
    return {**said, "paper": list(ALL_PAPERS), **{name.replace("__", "."): value for name, value in changed.items()}}


def element(page: str, name: str) -> str:
    """The input, select or textarea with this name, whole."""
    named = rf'[^>]*name="{re.escape(name)}"'
    return part_of(page, rf"(<input{named}[^>]*>|<select{named}.*?</select>|<textarea{named}.*?</textarea>)")


def test_every_field_of_the_service_has_an_input_of_its_kind(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        page = ida.get(PAGE).text
        assert ida.get(f"{PAGE}?lang=en").text.count('name="form.') == len(FORM)
    assert 'inputmode="decimal"' in element(page, "form.area")
    assert 'inputmode="numeric"' in element(page, "form.rent")
    assert 'type="date"' in element(page, "form.begins")
    assert ">Klinik</option>" in element(page, "form.kind")
    assert ">ya</option>" in element(page, "form.renewal")
    assert element(page, "form.place").startswith("<textarea")
    for one in FORM.values():
        assert one["label"]["id"] in page
    assert 'Luas ruang <span class="hint">(m2)</span>' in page
    # Without a script, what is asked in some cases only stands there with its case.
    assert re.search(r"<legend>Hanya jika Perpanjangan: ya</legend>.*?form\.previous", page, re.DOTALL)
    assert re.search(r"<legend>Hanya jika Pemohon: badan usaha</legend>.*?form\.director", page, re.DOTALL)
    assert "hanya jika Luas ruang &gt; 100,0 m2" in page
    assert "Rekomendasi organisasi" not in page, "asked for until last year"
    assert "paling lambat sebelum: Tanda tangan Kepala Dinas" in page
    assert "<script" not in page


def test_every_kind_of_field_can_be_drawn_empty_and_refused(mall: WebMall, subtests: pytest.Subtests) -> None:
    more: dict[str, dict] = {
        "choice": {"choices": {"a": label("A")}},
        "kbli": {"edition": "2020"},
        "text": {"longest": 3},
    }
    with mall.signed_in("ida") as ida:
        for kind in FieldKind:
            asked = {"label": label("Isian"), "kind": kind.value, "help": label("Contoh"), **more.get(kind.value, {})}
            publish_with_form(mall.office, form={"asked": asked}, fees=[], requirements={})
            with subtests.test(kind.value):
                assert "Contoh" in part_of(ida.get(PAGE).text, r'<p class="hint" id="help-asked">([^<]*)</p>')
                refused = ida.send(PAGE, PAGE, {"name": "Siti", "nik": NIK, "form.asked": '"><b>'})
                assert refused.status_code == 422
                assert element(refused.text, "form.asked")
                assert 'id="problem-asked"' in refused.text
                assert "<b>" not in refused.text


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        before = row_counts(mall.office.database)
        answer = ida.register(
            **filled(form__kind="", form__area="3", form__rent="murah", form__previous="lama", name="")
        )
        assert answer.status_code == 422
        assert row_counts(mall.office.database) == before
    page = answer.text
    for code, told in {
        "kind": "masih kosong. Isilah.",
        "area": "kurang dari 4. Tulis paling sedikit 4.",
        "rent": "bukan jumlah rupiah bulat",
        "previous": "bukan nomor surat",
    }.items():
        assert told in part_of(page, rf'<p class="lacks" id="problem-{code}">([^<]*)</p>')
        assert f"problem-{code}" in element(page, f"form.{code}")
        assert 'aria-invalid="true"' in element(page, f"form.{code}")
    assert "Jenis praktik, Luas ruang, Sewa, SIP lama" in page
    assert "Nama: masih kosong" in page
    for typed in ('value="3"', 'value="murah"', 'value="lama"', SEALED, "checked"):
        assert typed in page


def test_a_check_tells_the_charges_and_registers_nothing(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        before = row_counts(mall.office.database)
        page = ida.register(**filled(check="yes", form__renewal="yes", form__previous="503/1/2025"))
        assert page.status_code == 200
        assert row_counts(mall.office.database) == before
        assert "Tidak ada yang kurang" in page.text
        bill = part_of(page.text, r'(<table class="bill">.*?</table>)')
        for said in ("Retribusi", "Perda 1/2024 Pasal 3", "Rp105.000", "Leges", "Rp10.000", "Rp115.000"):
            assert said in bill
        refused = ida.register(**filled(check="yes", form__area=""))
        assert refused.status_code == 422
        assert "belum diketahui" in part_of(refused.text, r'(<table class="bill">.*?</table>)')
        assert row_counts(mall.office.database) == before


def test_what_a_service_seals_is_told_like_any_other_value_and_only_to_who_sees_the_applicant(mall: WebMall) -> None:
    fields = ("begins", "region", "rent", "renewal")
    form = FORM | {code: {**FORM[code], "sealed": True} for code in fields}
    del form["previous"]
    publish_with_form(mall.office, form=form, fees=FEES[:1])
    with mall.signed_in("ida") as ida, mall.signed_in("omar") as omar, mall.signed_in("sari") as sari:
        number = ida.registered(
            **filled(form__begins="1-12-2026", form__region="35.79", form__rent="1500000", form__renewal="no")
        )
        told = part_of(omar.get(f"/applications/{number}").text, r'(<section class="card" id="facts">.*?</section>)')
        elsewhere = sari.get(f"/applications/{number}").text
        for said in ("1 Desember 2026", "35.79", "Rp1.500.000", "tidak"):
            assert said in told
        for said in ("1 Desember 2026", "35.79", "Rp1.500.000"):
            assert said not in elsewhere
        assert "Klinik" in elsewhere
    assert application_file(mall.office, number).application.facts.keys() == {
        "applicant.kind",
        "form.kind",
        "form.area",
    }


def test_the_file_tells_the_form_by_its_labels_and_masks_numbers_of_people(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida, mall.signed_in("omar") as omar, mall.signed_in("sari") as sari:
        more = {"kind": "business", "form__director": NIK, "form__npwp": NPWP, "form__rent": "1500000"}
        number = ida.registered(**filled(channel="online", form__begins="2026-12-01", **more))
        receipt = ida.get(f"/counter/receipts/{number}").text
        assert "Rp105.000" in receipt
        file = omar.get(f"/applications/{number}").text
        facts = part_of(file, r'(<section class="card" id="facts">.*?</section>)')
        for said in ("Klinik", "42,5 m2", "Rp1.500.000", "1 Desember 2026", SEALED, "3579", "00"):
            assert said in facts
        assert NIK not in file
        assert "0013121660091000" not in file
        assert "daring" in file
        assert "badan usaha" in file
        assert "Perda 1/2024 Pasal 3" in part_of(file, r'(<section class="card" id="charges">.*?</section>)')
        needs = part_of(file, r'(<section class="card" id="requirements">.*?</section>)')
        assert "Denah ruang" not in needs, "not asked for in this case"
        assert "paling lambat sebelum: Tanda tangan" in needs
        # Whoever may not see who applies sees the facts and nothing of a person.
        elsewhere = sari.get(f"/applications/{number}").text
        assert "42,5 m2" in elsewhere
        assert SEALED not in elsewhere
        assert "1 Desember 2026" in elsewhere
        shown = omar.send(
            f"/applications/{number}/reveal", f"/applications/{number}/reveal", {"field": "form", "reason": "Cocokkan"}
        )
        assert NIK in shown.text
        assert "0013121660091000" in shown.text


def test_nothing_to_reveal_in_the_form_is_not_offered(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered(**filled())
        assert 'value="form"' not in ida.get(f"/applications/{number}/reveal").text


def test_papers_that_follow_are_ticked_off_at_the_counter(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered(**filled())
        path = f"/applications/{number}"
        assert ida.send(path, f"{path}/hand-in", {"paper": ["insurance"]}).status_code == 303
        page = ida.get(path).text
        assert "Diterima di Loket Pendaftaran: Polis asuransi" in page
        assert "later-insurance" not in page
        refused = ida.post(f"{path}/hand-in", {"form_token": ida.token()}, accept="application/json")
        assert refused.json()["code"] == "nothing_handed_in"


def test_the_public_page_of_a_service_shows_what_must_be_public(mall: WebMall) -> None:
    written = {"id": "Ajukan di loket, lalu tunggu.", "en": "Apply at a counter, then wait."}
    publish_with_form(
        mall.office,
        standard={"procedure": written, "staff": {"id": "Rahasia dapur.", "en": "Kitchen secret."}},
        windows=[{"opens": "03-01", "closes": "12-31"}],
        quota={"most": 3, "per": "kind"},
        fees=[*FEES, {"label": label("Formulir"), "amount": 5000, "basis": "Perda 2/2024"}],
    )
    with mall.visitor() as anybody:
        assert "/services/sip-dokter" in anybody.get("/").text
        page = anybody.get("/services/sip-dokter").text
        english = anybody.get("/services/sip-dokter?lang=en").text
        missing = anybody.get("/services/moon")
    for said in ("Ajukan di loket", "Sistem, mekanisme, dan prosedur", "1 Maret", "31 Desember", "Jenis praktik", "3",
                 "Rp5.000", "Perda 2/2024", "Denah ruang", "tergantung permohonan", "daring"):  # fmt: skip
        assert said in page, said
    assert "Rekomendasi organisasi" not in page, "asked for until last year"
    assert "Rahasia dapur" not in page
    assert "Apply at a counter" in english
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("deemed", "said"),
    [({}, "kantor terlambat"), ({"deemed": "yes", "to": "verify"}, "dianggap dikabulkan secara hukum"),
     ({"deemed": "oss", "to": "verify"}, "(OSS) menerbitkannya")],
)  # fmt: skip
def test_the_public_page_says_what_the_law_allows_and_what_its_passing_means(
    mall: WebMall, deemed: dict[str, str], said: str
) -> None:
    limit = {"working_days": 14, "counts": "calendar-days", "basis": "Perda 9/2025 pasal 3", **deemed}
    with mall.visitor() as anybody:
        assert "Batas waktu hukum" not in anybody.get("/services/sip-dokter").text
        publish_with_form(mall.office, legal_limit=limit)
        page = anybody.get("/services/sip-dokter").text
    for shown in ("Batas waktu hukum", "14 hari kalender", "Perda 9/2025 pasal 3", said):
        assert shown in page, shown


def test_a_registration_before_its_window_is_told_and_kept_on_screen(mall: WebMall) -> None:
    publish_with_form(mall.office, windows=[{"opens": "12-01", "closes": "12-31"}])
    with mall.signed_in("ida") as ida:
        answer = ida.register(**filled())
        assert answer.status_code == 409
        assert 'value="42,5"' in answer.text


def told_json(ida: Visitor, **fields: object) -> dict:
    answer = ida.send(PAGE, PAGE, filled(**fields), accept="application/json")
    said: dict = answer.json()
    return said


def test_a_program_that_sends_the_page_gets_the_problems_of_each_field(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        said = told_json(ida, form__area="3", name="Siti", nik=NIK)
    assert said["code"] == "form_not_filled_in"
    assert said["errors"] == [{"where": "body.form.area", "problem": "it is less than 4. Write at least 4."}]
    assert SEALED not in str(said)
