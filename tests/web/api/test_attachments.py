"""Papers over the API: sent once, listed, and handed out to the byte to who may see who applies."""

import hashlib
from typing import Any

from tests.formats.papers import pdf
from tests.web.api.programs import API, Program, problem
from tests.web.visitors import WebMall


def sends(program: Program, number: str, *files: bytes, key: str, requirement: str = "id-card") -> Any:
    return program.client.post(
        f"{API}/applications/{number}/attachments",
        data={"requirement": requirement},
        files=[("file", (f"{at}.pdf", content, "application/pdf")) for at, content in enumerate(files)],
        headers={**program.bearer, "Idempotency-Key": key},
    )


def test_a_paper_is_attached_once_listed_and_handed_out_to_the_byte(mall: WebMall) -> None:
    ida, omar, agus = (Program(mall, who) for who in ("ida", "omar", "agus"))
    number, paper = ida.registers(), pdf()
    first = sends(ida, number, paper, key="satu")
    assert first.status_code == 200, first.text
    assert sends(ida, number, paper, key="satu").content == first.content
    # The same content is there already, so that nothing is written.
    assert sends(ida, number, paper, key="dua").json() == first.json() | {"log_receipt": None}
    (listed,) = agus.get(f"/applications/{number}/attachments").json()["items"]
    assert (listed["no"], listed["requirement"], listed["bytes"]) == (1, "id-card", len(paper))
    assert omar.get(f"/applications/{number}/attachments/1").content == paper
    problem(agus.get(f"/applications/{number}/attachments/1"), 403, "not_allowed")
    problem(omar.get(f"/applications/{number}/attachments/2"), 404, "unknown_paper")
    entries = agus.get(f"/applications/{number}/history").json()["items"]
    assert [one["kind"] for one in entries].count("attached") == 1
    assert hashlib.sha256(paper).hexdigest() not in str(entries)


def test_other_files_under_the_same_key_are_refused(mall: WebMall) -> None:
    ida = Program(mall, "ida")
    number = ida.registers()
    assert sends(ida, number, pdf(), key="satu").status_code == 200
    problem(sends(ida, number, pdf(pages=2), key="satu"), 422, "idempotency_key_reused")


def test_what_is_no_paper_is_refused_with_a_problem_and_nothing_is_kept(mall: WebMall) -> None:
    ida, sari = Program(mall, "ida"), Program(mall, "sari")
    number = ida.registers()
    assert sends(ida, number, b"MZ not a paper", key="satu").status_code == 422
    problem(sends(ida, number, key="dua"), 422, "upload_broken")
    problem(sends(sari, number, pdf(), key="tiga"), 403, "not_allowed")
    assert ida.get(f"/applications/{number}/attachments").json()["items"] == []
    assert not list(mall.office.papers.folder.rglob("*.part"))


def test_a_paper_that_was_attached_is_answered_again_although_the_document_has_moved_on(mall: WebMall) -> None:
    ida, omar = Program(mall, "ida"), Program(mall, "omar")
    number = ida.registers()
    assert omar.post(f"/applications/{number}/claim").status_code == 200
    first = sends(omar, number, pdf(), key="satu")
    assert first.status_code == 200, first.text
    omar.decides(number, "forward")
    assert sends(omar, number, pdf(), key="satu").content == first.content
    problem(sends(omar, number, pdf(), key="dua"), 403, "not_allowed")
