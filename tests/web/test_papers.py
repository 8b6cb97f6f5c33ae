"""Papers through the pages: sent in a stream, listed for the staff, handed out byte for byte to whoever may."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from httpx2 import Response

from routing.office import Office
from routing.settings import Settings
from routing.storage.tables import attachments
from tests.clock import Clock
from tests.formats.paper_attacks import ATTACKS
from tests.formats.papers import docx, pdf, picture, tiff
from tests.row_counts import row_counts
from tests.web.test_who_sees_what import EVERYBODY
from tests.web.visitors import Visitor, WebMall, open_mall, part_of

HONEST = [
    ("surat.pdf", pdf()),
    ("b.jpg", picture("JPEG")),
    ("c.png", picture("PNG")),
    ("d.tif", tiff()),
    ("e.docx", docx()),
]
MEBIBYTE = 1024 * 1024


@pytest.fixture
def small_mall(sqlite_settings: Settings, clock: Clock) -> Iterator[WebMall]:
    """A mall that takes papers of one MiB."""
    office = Office(sqlite_settings.model_copy(update={"paper_mebibytes": 1}), clock=clock)
    yield open_mall(office, clock)
    office.close()


def send(
    visitor: Visitor,
    number: str,
    *named: tuple[str, bytes],
    requirement: str = "",
    token: str | None = None,
    **headers: str,
) -> Response:
    return visitor.client.post(
        f"/applications/{number}/papers",
        data={"form_token": token if token is not None else visitor.token(), "requirement": requirement},
        files=[("file", one) for one in named],
        headers={"accept": "text/html", **headers},
    )


def stored(mall: WebMall) -> list[Path]:
    return [path for path in mall.office.papers.folder.rglob("*") if path.is_file() and path.name != "lock"]


@contextmanager
def nothing_kept(mall: WebMall) -> Iterator[None]:
    before, files = row_counts(mall.office.database), stored(mall)
    yield
    assert row_counts(mall.office.database) == before
    assert stored(mall) == files


def test_papers_are_sent_listed_told_and_handed_out(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        page = ida.get(f"/applications/{number}").text
        form = part_of(page, rf'(<form action="/applications/{number}/papers".*?</form>)')
        assert 'enctype="multipart/form-data"' in form
        assert form.index("form_token") < form.index('type="file"')
        answer = send(ida, number, *HONEST, requirement="photo")
        assert answer.status_code == 303, answer.text
        page = ida.client.get(answer.headers["location"]).text
        assert re.findall(r">(PDF|JPEG|PNG|TIFF|DOCX)</a>, \d+ KiB", page) == ["PDF", "JPEG", "PNG", "TIFF", "DOCX"]
        assert "surat.pdf" not in page
        for no, (name, content) in enumerate(HONEST, start=1):
            paper = ida.get(f"/applications/{number}/papers/{no}")
            assert paper.content == content
            ending = name.rsplit(".", 1)[1]
            assert paper.headers["content-disposition"] == f'attachment; filename="{number}-photo-{no}.{ending}"'
            assert paper.headers["x-content-type-options"] == "nosniff"
            assert paper.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
            assert paper.headers["cache-control"] == "no-store"
        assert paper.headers["content-type"].startswith("application/vnd.openxmlformats-officedocument.word")
        assert ida.get(f"/applications/{number}/papers/6").status_code == 404
        assert ida.get(f"/applications/{number}/papers/x").status_code == 404
    with mall.signed_in("agus") as agus:
        assert "Pas foto 4x6" in agus.get(f"/audit/applications/{number}").text


def test_a_paper_is_attached_and_opened_by_who_has_to_do_with_it(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        assert send(ida, number, ("a.pdf", pdf())).status_code == 303
    with mall.signed_in("omar") as omar:
        refused = send(omar, number, ("a.pdf", pdf(pages=2)))
        assert (refused.status_code, stored(mall)) == (409, stored(mall)[:1])
        page = omar.get(f"/applications/{number}").text
        claim = part_of(page, rf'action="(/applications/{number}/visits/\d+/claim)"')
        omar.send(f"/applications/{number}", claim)
    sends: set[str] = set()
    opens: set[str] = set()
    sees: set[str] = set()
    for account in EVERYBODY:
        with mall.signed_in(account) as person:
            page = person.get(f"/applications/{number}").text
            if f'action="/applications/{number}/papers"' in page:
                sees.add(account)
            answer = send(person, number, (f"{account}.pdf", pdf(pages=3 + len(sends))))
            assert answer.status_code in (303, 403), account
            sends |= {account} if answer.status_code == 303 else set()
            answer = person.get(f"/applications/{number}/papers/1")
            assert answer.status_code in (200, 403), account
            opens |= {account} if answer.status_code == 200 else set()
            assert (f'href="/applications/{number}/papers/1"' in page) == (account in opens), account
    assert sends == sees == {"ida", "omar"}
    assert opens == {"ida", "omar", "budi"}
    with mall.visitor() as stranger:
        assert stranger.get(f"/applications/{number}/papers/1").status_code == 303


def test_nothing_is_attached_to_what_has_ended(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        page = f"/counter/withdrawals/{number}"
        assert ida.send(page, page, {"reason": ""}).status_code == 303
        with nothing_kept(mall):
            assert send(ida, number, ("a.pdf", pdf())).status_code == 409


def test_every_attack_is_refused_at_the_door(mall: WebMall, subtests: pytest.Subtests) -> None:
    """A page with a sentence, and for a program its code; whatever the file is, it is gone afterwards.

    One of each sort: that all are known for what they are is asked of the bytes, without a door.
    """
    one_of_each = {code: what for what, (_, _, code) in ATTACKS.items()}
    assert len(one_of_each) > 20
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        token = ida.token()
        with nothing_kept(mall):
            for what in one_of_each.values():
                name, make, code = ATTACKS[what]
                answer = send(ida, number, (name, make()), token=token, accept="application/json")
                with subtests.test(what):
                    assert (answer.status_code, answer.json()["code"]) in ((422, code), (413, code))
                    assert name in answer.json()["detail"]
            answer = send(ida, number, ("<b>.pdf", b"MZ"), token=token)
            assert answer.status_code == 422
            assert "&lt;b&gt;.pdf" in answer.text
            assert f'href="/applications/{number}"' in answer.text


def test_a_form_without_its_token_writes_nothing(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        with nothing_kept(mall):
            for token in ("", "x" * 43):
                assert send(ida, number, ("a.pdf", pdf()), token=token).status_code == 403
            late = ida.client.post(
                f"/applications/{number}/papers",
                files=[("file", ("a.pdf", pdf())), ("form_token", (None, ida.token()))],
            )
            assert late.status_code == 403
        assert not mall.office.papers.folder.exists()


def test_no_file_many_files_and_a_wrong_requirement_are_sentences(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        token = ida.token()
        cases = [
            ((("", b""),), {}, "nothing_sent"),
            (tuple((f"{n}.pdf", pdf()) for n in range(6)), {}, "too_many_sent"),
            ((("a.pdf", pdf()),), {"requirement": "moon"}, "unknown_requirement"),
            ((("a.pdf", pdf()),), {"requirement": "x" * 5_000}, "body_too_large"),
            (tuple((f"{n}.pdf", pdf(pages=n)) for n in range(1, 6)), {"requirement": "photo"}, None),
            ((("6.pdf", pdf(pages=6)),), {"requirement": "photo"}, "too_many_papers"),
        ]
        for named, more, code in cases:
            answer = send(ida, number, *named, token=token, accept="application/json", **more)
            assert (answer.json()["code"] if code else answer.status_code) == (code or 303)
        assert len(stored(mall)) == 5


def test_what_breaks_off_or_is_no_form_keeps_nothing(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        token = ida.token()
        field = f'--x\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n{token}\r\n'.encode()
        file = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + pdf()
        bodies = {
            field + file: 422,
            field + file + b"\r\n--": 422,
            field + b"--x\r\n" + b"A" * 70_000 + b": b\r\n\r\n--x--": 422,
            field + b"--x\r\n\r\nno name\r\n--x--\r\n": 422,
            b"rubbish": 422,
            b"": 422,
        }
        with nothing_kept(mall):
            for body, status in bodies.items():
                answer = ida.client.post(
                    f"/applications/{number}/papers",
                    content=body,
                    headers={"content-type": "multipart/form-data; boundary=x", "accept": "application/json"},
                )
                assert (answer.status_code, answer.json()["code"]) == (status, "upload_broken"), body[-80:]
        assert send(ida, number, ("a.pdf", pdf())).status_code == 303


def test_a_file_that_is_too_large_is_cut_off_while_it_comes(small_mall: WebMall) -> None:
    with small_mall.signed_in("ida") as ida:
        number = ida.registered()
        with nothing_kept(small_mall):
            answer = send(ida, number, ("KTP.pdf", pdf() + bytes(MEBIBYTE)))
            assert answer.status_code == 413
            assert "KTP.pdf" in answer.text
            many = [(f"{n}.pdf", bytes(4 * MEBIBYTE)) for n in range(5)]
            for named, code in ((many[:1], "paper_too_large"), (many, "body_too_large")):
                assert send(ida, number, *named, accept="application/json").json()["code"] == code


def test_a_damaged_store_is_a_fault_and_no_paper(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        assert send(ida, number, ("a.pdf", pdf())).status_code == 303
        (path,) = stored(mall)
        path.write_bytes(pdf(pages=9))
        answer = ida.get(f"/applications/{number}/papers/1")
        assert answer.status_code == 500
        assert "%PDF" not in answer.text


def test_a_store_that_cannot_be_written_refuses_and_the_office_works_on(mall: WebMall) -> None:
    mall.office.papers.folder.parent.mkdir(parents=True, exist_ok=True)
    mall.office.papers.folder.write_text("in the way")
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        answer = send(ida, number, ("a.pdf", pdf()), accept="application/json")
        assert (answer.status_code, answer.json()["code"]) == (503, "no_room_for_papers")
        assert answer.headers["retry-after"]
        with mall.office.reading() as connection:
            assert connection.execute(sa.select(sa.func.count()).select_from(attachments)).scalar() == 0
        assert ida.get(f"/applications/{number}").status_code == 200
