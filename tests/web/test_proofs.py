"""Proof bundles leave the office by the auditor's hand; the page that checks them is everybody's."""

import io
import re

from routing.actions.seal import seal
from routing.cli.satuatap_verify import judge
from tests.web.api.programs import Program
from tests.web.visitors import WebMall


def test_the_auditor_downloads_the_proof_of_an_application_from_the_page_of_its_chain(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    seal(mall.office)
    with mall.signed_in("agus") as agus:
        link = f"/audit/applications/{number}/proof"
        assert f'href="{link}" download' in agus.get(f"/audit/applications/{number}").text
        answer = agus.get(link)
        assert answer.headers["content-disposition"] == f'attachment; filename="{number}.proof.json"'
        assert judge(io.BytesIO(answer.content)).verdict == "good"
        assert Program(mall, "agus").get(f"/applications/{number}/proof").json()["entries"] == answer.json()["entries"]


def test_of_an_application_that_is_not_sealed_yet_the_auditor_is_told_so(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    with mall.signed_in("agus") as agus:
        answer = agus.get(f"/audit/applications/{number}/proof")
    assert answer.status_code == 409
    assert f"Belum ada catatan {number} yang disegel" in answer.text
    refused = Program(mall, "agus").get(f"/applications/{number}/proof")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_sealed_yet")


def test_nobody_but_the_auditor_takes_proofs_out(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    seal(mall.office)
    for account in ("ida", "hari", "rina"):
        with mall.signed_in(account) as person:
            assert person.get(f"/audit/applications/{number}/proof").status_code == 403
        assert Program(mall, account).get(f"/applications/{number}/proof").status_code == 403


def test_the_page_that_checks_proofs_is_everybodys_and_runs_nothing_but_its_own_files(mall: WebMall) -> None:
    with mall.visitor() as anybody:
        page = anybody.get("/verify/")
        assert page.status_code == 200
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert re.search(r"<script>|<style|\son[a-z]+=|style=|https?://", page.text) is None
        named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert {"verify.js", "verify.css", "noble-ed25519.js"} <= set(named)
        for name in named:
            assert anybody.get(f"/verify/{name}").status_code == 200, name
