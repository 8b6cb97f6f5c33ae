"""Who gets in, for how long, and what an open door would look like: every route is tried."""

import re
from datetime import timedelta

import pytest
from fastapi.routing import iter_route_contexts

from routing.actions.keep_accounts import close_account, make_link
from routing.domain.people import AUDITOR
from tests.web.visitors import PASSWORD, WebMall, part_of

#: What anybody may open; everything else takes a session.
PUBLIC = {
    "/metrics",
    "/",
    "/services/{code}",
    "/services/{service}/route",
    "/services/{service}/route.svg",
    "/track",
    "/t/{code}",
    "/T/{code}",
    "/t/{code}/receipts",
    "/T/{code}/receipts",
    "/t/{code}/receipts/{seq}",
    "/T/{code}/receipts/{seq}",
    "/sign-in",
    "/l/{secret}",
    "/health/live",
    "/health/ready",
    "/log/checkpoint",
    "/log/consistency",
    "/log/inclusion",
    "/log/keys",
    "/log/day/{day}",
    # No form: the line that is handed in is itself the proof of who hands it in.
    "/log/cosignatures",
    "/openapi.json",
}


def addresses(mall: WebMall, method: str) -> list[str]:
    """Every address of the pages that takes this method, with something in the place of its parameters."""
    found = [route for route in iter_route_contexts(mall.web.routes) if method in (route.methods or ())]
    assert len(found) > 8
    paths = [route.path or "" for route in found]
    # The API takes tokens instead: tests/web/api tries each of its addresses.
    return [re.sub(r"\{[^}]+\}", "1", path) for path in paths if path not in PUBLIC and not path.startswith("/api/")]


def test_every_page_but_the_public_ones_asks_to_sign_in(mall: WebMall) -> None:
    with mall.visitor() as stranger:
        for address in addresses(mall, "GET"):
            answer = stranger.get(address)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={address}"), address


def test_every_form_refuses_somebody_who_has_not_signed_in(mall: WebMall) -> None:
    with mall.visitor() as stranger:
        for address in addresses(mall, "POST"):
            assert stranger.post(address, {}).status_code == 403, address


def test_every_form_refuses_to_be_sent_without_its_token_or_with_another(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        for address in addresses(mall, "POST"):
            for fields in ({}, {"form_token": "x" * 43}, {"form_token": "bukan ASCII: é"}):
                answer = ida.post(address, fields)
                assert answer.status_code == 403, address
                assert "Formulir ini tidak berasal dari halaman kantor ini" in answer.text, address


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_that_stood_on_another_site_is_refused_even_with_its_token(
    mall: WebMall, headers: dict[str, str]
) -> None:
    with mall.signed_in("ida") as ida:
        answer = ida.post("/sign-out", {"form_token": ida.token()}, **headers)
        assert answer.status_code == 403
        assert ida.get("/counter").status_code == 200


def test_a_form_of_our_own_page_is_taken(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        own = {"origin": "http://localhost", "sec-fetch-site": "same-origin"}
        assert ida.post("/sign-out", {"form_token": ida.token()}, **own).status_code == 303
        assert ida.get("/counter").status_code == 303


def test_the_sign_in_form_itself_cannot_be_sent_from_elsewhere(mall: WebMall) -> None:
    with mall.visitor() as stranger:
        fields = {"account": "ida", "password": mall.password}
        assert stranger.post("/sign-in", fields).status_code == 403
        assert stranger.post("/sign-in", {**fields, "visitor_token": "x"}).status_code == 403


def test_a_wrong_password_and_an_unknown_account_are_answered_alike(mall: WebMall) -> None:
    with mall.visitor() as stranger:
        answers = [stranger.sign_in("ida", "salah sekali"), stranger.sign_in("nobody", "salah sekali")]
    assert [answer.status_code for answer in answers] == [403, 403]
    sentences = {part_of(answer.text, r'role="alert"(.*?)</div>') for answer in answers}
    assert len(sentences) == 1
    assert "Akun atau kata sandi salah" in sentences.pop()


def test_signing_in_leads_to_the_page_that_was_wanted_and_nowhere_else(mall: WebMall) -> None:
    for wanted, reached in (
        ("/audit?kind=decided", "/audit?kind=decided"),
        ("//elsewhere.example/", "/staff"),
        ("https://elsewhere.example/", "/staff"),
        ("/\\elsewhere.example", "/staff"),
        ("/%0aSet-Cookie:x", "/%0aSet-Cookie:x"),
    ):
        with mall.visitor() as agus:
            agus.client.get("/sign-in")
            answer = agus.send(f"/sign-in?next={wanted.replace('?', '%3F')}", "/sign-in", {
                "account": "agus", "password": mall.password, "next": wanted,
            })  # fmt: skip
            assert answer.headers["location"] == reached


def test_the_session_cookie_is_secure_under_tls_and_plain_without(mall: WebMall) -> None:
    with mall.visitor("https://mpp.example") as visitor:
        cookie = visitor.sign_in("ida", mall.password).headers["set-cookie"]
        assert cookie.startswith("__Host-satuatap=")
        for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
            assert part in cookie
        assert "Domain" not in cookie
        assert visitor.get("/counter").status_code == 200
    with mall.visitor("http://192.168.1.20:8000") as visitor:
        cookie = visitor.sign_in("ida", mall.password).headers["set-cookie"]
        assert cookie.startswith("satuatap=")
        assert "HttpOnly" in cookie
        assert "Secure" not in cookie


def test_plain_http_from_another_machine_is_warned_of_on_the_page(mall: WebMall) -> None:
    warned = {}
    for base in (
        "http://192.168.1.20:8000",
        "http://mpp.example",
        "http://127.0.0.1",
        "http://localhost",
        "https://a.id",
    ):
        with mall.visitor(base) as visitor:
            warned[base] = "tidak terenkripsi" in visitor.get("/").text
    assert list(warned.values()) == [True, True, False, False, False]


def test_a_session_ends_when_it_is_not_used(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        mall.clock.advance(timedelta(minutes=29))
        assert ida.get("/counter").status_code == 200
        mall.clock.advance(timedelta(minutes=29))
        assert ida.get("/counter").status_code == 200
        mall.clock.advance(timedelta(minutes=31))
        assert ida.get("/counter").status_code == 303


def test_a_session_ends_after_ten_hours_however_busy_it_was(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        for _ in range(30):
            mall.clock.advance(timedelta(minutes=20))
            assert ida.get("/counter").status_code == 200
        mall.clock.advance(timedelta(minutes=1))
        assert ida.get("/counter").status_code == 303


def test_a_closed_account_is_out_at_once(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        close_account(mall.office, "ida")
        assert ida.get("/counter").status_code == 303
        assert ida.sign_in("ida", mall.password).status_code == 403


def test_a_one_time_link_works_once_and_then_its_password_does(mall: WebMall) -> None:
    mall.add_person("jaka", [(AUDITOR, None)])
    link = f"/l/{make_link(mall.office, 'jaka')}"
    new = {"password": "empat kata yang panjang", "password_again": "empat kata yang panjang"}
    with mall.visitor() as joko:
        assert joko.get(link).status_code == 200
        assert joko.send(link, link, {**new, "password_again": "lain"}).status_code == 422
        assert joko.send(link, link, {"password": "pendek", "password_again": "pendek"}).status_code == 422
        assert joko.send(link, link, new).status_code == 303
        again = joko.send(link, link, new)
        assert again.status_code == 403
        assert "sudah dipakai" in again.text
        assert joko.sign_in("jaka", PASSWORD).status_code == 403
        assert joko.sign_in("jaka", new["password"]).status_code == 303


def test_a_one_time_link_is_too_old_after_a_day(mall: WebMall) -> None:
    link = f"/l/{make_link(mall.office, 'omar')}"
    mall.clock.advance(timedelta(hours=24, minutes=1))
    with mall.visitor() as omar:
        answer = omar.send(link, link, {"password": "kata yang panjang", "password_again": "kata yang panjang"})
    assert answer.status_code == 403


def test_every_answer_carries_the_headers_that_protect_it(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        for path in (
            "/",
            "/sign-in",
            "/counter",
            "/audit",
            "/nowhere",
            "/t/0",
            "/openapi.json",
            "/static/satuatap.css",
        ):
            headers = ida.get(path).headers
            assert "default-src 'self'" in headers["content-security-policy"], path
            assert "frame-ancestors 'none'" in headers["content-security-policy"], path
            assert "unsafe" not in headers["content-security-policy"], path
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["referrer-policy"] == "same-origin", path
            assert headers["cache-control"] == (
                "public, max-age=31536000, immutable" if path.startswith("/static") else "no-store"
            ), path


def test_no_page_holds_a_script_or_a_style_of_its_own(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        for path in ("/", "/counter", f"/counter/receipts/{number}", f"/applications/{number}", "/desks"):
            assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", ida.get(path).text), path
