"""The administrator opens accounts, gives roles and links, and closes."""

import re

from tests.web.visitors import WebMall, part_of


def test_a_new_officer_gets_an_account_a_role_a_link_and_works(mall: WebMall) -> None:
    with mall.signed_in("rina") as rina:
        added = rina.send("/accounts", "/accounts", {"code": "tono", "name": "Tono Wijaya"})
        account = added.headers["location"].split("?")[0]
        role = {"role": "verifier", "desk": "verifikasi"}
        assert rina.send(account, f"{account}/assign", role).status_code == 303
        assert "Verifikator" in rina.get(account).text
        made = rina.send(account, f"{account}/link")
        link = part_of(made.text, r"http://localhost(/l/[\w-]{43})")
        assert link not in rina.get(account).text
    with mall.visitor() as tono:
        password = {"password": "ombak tenang di selat", "password_again": "ombak tenang di selat"}
        assert tono.send(link, link, password).status_code == 303
        assert tono.sign_in("tono", password["password"]).status_code == 303
        assert tono.get("/desks/verifikasi").status_code == 200
        with mall.signed_in("rina") as rina:
            rina.send(account, f"{account}/close")
            assert "Akun ini sudah ditutup" in rina.get(account).text
        assert tono.get("/desks/verifikasi").status_code == 303


def test_what_is_wrong_with_an_account_is_told_and_the_form_kept(mall: WebMall) -> None:
    with mall.signed_in("rina") as rina:
        answer = rina.send("/accounts", "/accounts", {"code": "omar", "name": "Omar Kedua"})
        assert answer.status_code == 409
        assert "Akun omar sudah ada" in answer.text
        assert 'value="Omar Kedua"' in answer.text
        answer = rina.send("/accounts", "/accounts", {"code": "", "name": ""})
        assert answer.status_code == 422
        assert rina.get("/accounts/999").status_code == 404
        assert rina.get("/accounts/x").status_code == 404


def test_a_role_of_the_whole_office_is_held_at_no_desk(mall: WebMall) -> None:
    with mall.signed_in("rina") as rina:
        for role, desk, sentence in (
            ("auditor", "verifikasi", "peran Auditor berlaku di seluruh kantor"),
            ("verifier", "", "peran Verifikator dipegang di sebuah meja"),
            ("king", "verifikasi", "Tidak ada peran king"),
            ("verifier", "moon", "Tidak ada meja moon"),
        ):
            answer = rina.send("/accounts/2", "/accounts/2/assign", {"role": role, "desk": desk})
            assert answer.status_code in (404, 422)
            assert sentence in answer.text


def test_accounts_are_shown_a_page_at_a_time(mall: WebMall) -> None:
    with mall.office.transaction() as tx:
        for count in range(120):
            tx.people.insert(code=f"orang {count:03}", name=f"Orang {count}", source=None, at=mall.clock.now)
    with mall.signed_in("rina") as rina:
        first = rina.get("/accounts").text
        more = part_of(first, r'href="(/accounts\?after=[^"]+)"')
        second = rina.get(more).text
    shown = re.findall(r'href="/accounts/(\d+)"', first), re.findall(r'href="/accounts/(\d+)"', second)
    assert [len(numbers) for numbers in shown] == [100, 40]
    assert not set(shown[0]) & set(shown[1])
