"""Whoever has the tracking code has the receipts, too: on the status page, on paper, and for programs."""

import re

from routing.actions.seal import seal
from routing.domain.log_receipts import receipt_read
from routing.reading.log_receipts import Finding, judge_receipt
from tests.web.api.programs import Program
from tests.web.visitors import NIK, WebMall, part_of


def test_the_paper_and_the_status_page_have_the_same_receipt_of_the_registration(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered(name="dr. Putu Lestari")
        paper = ida.get(f"/counter/receipts/{number}").text
    code = part_of(paper, r'class="tracking">([^<]+)<')
    with mall.visitor() as anybody:
        listed = anybody.get(f"/t/{code}/receipts").text
        short, address = re.findall(r'href="(/t/[^"]+/receipts/\d+)">([0-9A-Z-]{19})<', listed)[-1][::-1]
        assert short in paper
        page = anybody.get(address).text
        assert short in page
        assert anybody.get(f"/t/{code}").text.count(f"/t/{code}/receipts") == 2
    receipt = receipt_read(part_of(page, r"(SA1\.[^<\s]+)"))
    assert judge_receipt(mall.office, receipt).finding is Finding.HOLDS
    assert NIK not in page + listed
    assert "Lestari" not in page + listed


def test_a_receipt_says_when_it_is_sealed(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered(name="dr. Putu Lestari")
    program = Program(mall, "ida")
    before = program.get(f"/applications/{number}/receipts").json()["items"]
    assert [(one["kind"], one["leaf"], one["sealed_at"]) for one in before][-1] == ("submitted", None, None)
    seal(mall.office)
    with mall.signed_in("ida") as ida:
        code = part_of(ida.get(f"/counter/receipts/{number}").text, r'class="tracking">([^<]+)<')
    with mall.visitor() as anybody:
        for address in (f"/t/{code}/receipts", f"/t/{code}/receipts/1"):
            assert re.search(r"daun \d+ dari segel atas \d+ catatan", anybody.get(address).text), address
    after = program.get(f"/applications/{number}/receipts").json()["items"]
    assert [one["receipt"] for one in after] == [one["receipt"] for one in before]
    assert all(one["leaf"] is not None and one["sealed_size"] > one["leaf"] for one in after)


def test_nobody_learns_by_the_receipts_which_tracking_codes_there_are(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered(name="dr. Putu Lestari")
        code = part_of(ida.get(f"/counter/receipts/{number}").text, r'class="tracking">([^<]+)<')
    with mall.visitor() as anybody:
        for address in ("/t/0/receipts", "/t/7K3M9QWXF/receipts", f"/t/{code}/receipts/999", f"/t/{code}/receipts/x"):
            assert anybody.get(address).status_code == 404, address
