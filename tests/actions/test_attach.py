"""Papers in the books: all of one sending or none, and never a row without its paper."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from routing.actions.attach import NothingSent, SentPaper, attach
from routing.actions.claim import claim
from routing.actions.keep_accounts import identify
from routing.actions.sweep_papers import sweep_papers
from routing.domain.application import Application
from routing.domain.errors import NotAllowed, Refusal, UnknownApplication
from routing.domain.papers import TakeItFirst
from routing.domain.people import Person
from routing.domain.preconditions import OwnApplication
from routing.reading.chains import verify_chains
from routing.reading.papers import lost_papers, papers_of
from routing.storage.tables import attachments, audit_entries
from tests.domain.people_of_the_mall import IDA, OMAR, SARI
from tests.formats.papers import docx, pdf, picture, tiff
from tests.mall import LESTARI, Mall
from tests.row_counts import row_counts
from tests.sound_books import require_sound

HONEST = {"a.pdf": pdf(), "b.jpg": picture("JPEG"), "c.png": picture("PNG"), "d.tif": tiff(), "e.docx": docx()}


@contextmanager
def sent(mall: Mall, *named: tuple[str, bytes], requirement: str | None = None) -> Iterator[list[SentPaper]]:
    with ExitStack() as stack:
        papers = []
        for name, content in named:
            upload = stack.enter_context(mall.office.papers.upload(name, most=10**7))
            upload.write(content)
            papers.append(SentPaper(upload=upload, requirement=requirement))
        yield papers


def attaches(
    mall: Mall, application: Application, by: Person, *named: tuple[str, bytes], requirement: str | None = None
) -> Application:
    with sent(mall, *named, requirement=requirement) as papers:
        return attach(mall.office, application.number, papers, person_id=mall.id_of(by))


def files(mall: Mall) -> list[Path]:
    return [path for path in mall.office.papers.folder.rglob("*") if path.is_file() and path.name != "lock"]


def test_papers_of_every_kind_are_attached_and_are_what_they_were(mall: Mall) -> None:
    document = mall.registers()
    after = attaches(mall, document, IDA, *HONEST.items(), requirement="credit-points")
    assert after == mall.application(document.number)
    assert after.papers == (*document.papers, "credit-points")
    found = papers_of(mall.office, document)
    assert [one.media_type.rsplit("/", 1)[1][:9] for one in found.papers] == ["pdf", "jpeg", "png", "tiff", "vnd.openx"]
    assert found.names == {"ida": "Ida"}
    for one, content in zip(found.papers, HONEST.values(), strict=True):
        assert mall.office.papers.require_whole(one.sha256).read_bytes() == content
        assert one.bytes == len(content)
    require_sound(mall.office)
    assert list(lost_papers(mall.office)) == []
    assert sweep_papers(mall.office, at_once=True) == 0
    mall.walks(mall.application(document.number))


def test_a_paper_without_its_row_or_a_row_without_its_paper_is_found(mall: Mall) -> None:
    document = attaches(mall, mall.registers(), IDA, *list(HONEST.items())[:2], requirement="photo")
    first, second = papers_of(mall.office, document).papers
    row = (attachments.c.application_id == document.id) & (attachments.c.no == 2)
    changed: list[dict[str, object]] = [
        {"sha256": first.sha256},
        {"bytes": 1},
        {"media_type": "text/html"},
        {"requirement": "form"},
    ]
    honest = {name: getattr(second, name) for name in ("sha256", "bytes", "media_type", "requirement")}
    for values in changed:
        with mall.office.database.writing() as connection:
            connection.execute(sa.update(attachments).where(row).values(values))
        (found,) = verify_chains(mall.office).breaks
        assert (found.number, found.seq) == (document.number, document.entry_count)
        with mall.office.database.writing() as connection:
            connection.execute(sa.update(attachments).where(row).values(honest))
    assert verify_chains(mall.office, number=document.number).breaks == ()
    with mall.office.database.writing() as connection:
        connection.execute(sa.delete(attachments).where(row))
    assert verify_chains(mall.office, service=document.service).breaks[0].seq == document.entry_count
    with mall.office.database.writing() as connection:
        more = {"application_id": document.id, "at": second.at, "by": "x", **honest}
        connection.execute(sa.insert(attachments).values([more | {"no": 2}, more | {"no": 3}]))
    assert "no entry attached it" in verify_chains(mall.office).breaks[0].problem
    mall.office.papers.path_of(first.sha256).unlink()
    assert list(lost_papers(mall.office)) == [first.sha256]


def test_one_bad_file_among_good_ones_attaches_none(mall: Mall) -> None:
    document = mall.registers()
    before = row_counts(mall.office.database)
    with pytest.raises(Refusal) as refused:
        attaches(mall, document, IDA, ("a.pdf", pdf()), ("b.png", b"<html>"), ("c.png", picture("PNG")))
    assert refused.value.code == "paper_kind_unknown"
    assert row_counts(mall.office.database) == before
    assert files(mall) == []


def test_the_same_file_again_changes_nothing_and_lies_there_once(mall: Mall) -> None:
    document = mall.registers()
    first = attaches(mall, document, IDA, ("a.pdf", pdf()), requirement="form")
    assert attaches(mall, document, IDA, ("z.pdf", pdf()), requirement="form") == first
    other = attaches(mall, mall.registers(), IDA, ("a.pdf", pdf()), requirement="form")
    assert len(files(mall)) == 1
    digests = set()
    with mall.office.reading() as connection:
        for body in connection.execute(
            sa.select(audit_entries.c.body).where(audit_entries.c.kind == "attached")
        ).scalars():
            digests.add(json.loads(bytes(body))["digest"])
    assert len(digests) == 2
    assert other.entry_count == first.entry_count


def test_two_at_once_are_counted_one_after_the_other(mall: Mall) -> None:
    document = mall.registers()
    mall.carries()
    claim(mall.office, document.number, visit=2, person_id=mall.id_of(OMAR))
    both = [
        threading.Thread(target=attaches, args=(mall, document, by, (f"{by.code}.pdf", pdf(pages=pages))))
        for pages, by in enumerate((IDA, OMAR), start=1)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    found = papers_of(mall.office, document).papers
    assert [one.no for one in found] == [1, 2]
    assert {one.by for one in found} == {"ida", "omar"}
    require_sound(mall.office)


def test_who_may_not_is_refused_before_the_file_is_looked_at(mall: Mall) -> None:
    document = mall.registers()
    mall.carries()
    for by, refusal in ((SARI, NotAllowed), (OMAR, TakeItFirst)):
        with pytest.raises(refusal):
            attaches(mall, document, by, ("a.pdf", b"nothing a PDF would begin with"))
    with sent(mall, ("a.pdf", pdf())) as papers, pytest.raises(UnknownApplication):
        attach(mall.office, "SIP-0", papers, person_id=mall.id_of(IDA))
    with pytest.raises(NothingSent):
        attach(mall.office, document.number, [], person_id=mall.id_of(IDA))
    assert files(mall) == []


def test_a_transaction_that_fails_leaves_a_paper_that_is_swept_and_no_row(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = mall.registers()
    before = row_counts(mall.office.database)

    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("routing.storage.transaction.Transaction.record", breaks)
        with pytest.raises(ZeroDivisionError):
            attaches(mall, document, IDA, ("a.pdf", pdf()))
    assert row_counts(mall.office.database) == before
    (left_over,) = files(mall)
    assert sweep_papers(mall.office) == 0
    os.utime(left_over, (0, 0))
    assert sweep_papers(mall.office) == 1
    assert files(mall) == []
    attaches(mall, document, IDA, ("a.pdf", pdf()))
    (kept,) = files(mall)
    os.utime(kept, (0, 0))
    assert sweep_papers(mall.office, at_once=True) == 0


def test_nobody_attaches_to_an_application_of_their_own(mall: Mall) -> None:
    document = mall.registers()
    identify(mall.office, "ida", LESTARI.nik)
    with pytest.raises(OwnApplication):
        attaches(mall, document, IDA, ("surat.pdf", pdf()))
