"""Who may attach papers where, how many, and what the log says of them."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, read_workflow
from routing.domain.attachment import Attachment, Paper, PaperKind
from routing.domain.audit_chain import keyed_digest
from routing.domain.errors import (
    ApplicationEnded,
    HeldByAnother,
    NotAllowed,
    Refusal,
    StillOnItsWay,
    UnknownRequirement,
)
from routing.domain.move import Move
from routing.domain.papers import (
    MOST_TO_A_REQUIREMENT,
    MOST_TO_AN_APPLICATION,
    TakeItFirst,
    TooManyPapers,
    TooManyPapersInAll,
    attach,
)
from routing.domain.people import Person
from routing.domain.stays import claim
from routing.domain.workflow import Workflow
from tests.domain.people_of_the_mall import (
    AGUS,
    BUDI,
    DEWI,
    IDA,
    KEY,
    OMAR,
    RATNA,
    SARI,
    WAYAN,
    Walk,
    person,
)

MADE = person("made", "verifier", "verifikasi")


def sip_dokter() -> Workflow:
    office, _ = read_office(default_folder() / "office")
    workflow, findings = read_workflow(default_folder() / "sip-dokter.yaml", office)
    assert workflow is not None, findings
    return workflow


SIP = sip_dokter()


def paper(requirement: str | None = None, content: int = 1) -> Paper:
    return Paper(requirement=requirement, kind=PaperKind.PDF, bytes=1000 + content, sha256=f"{content:064x}")


def attached(walk: Walk, by: Person, *papers: Paper, before: tuple[Attachment, ...] = ()) -> Move | None:
    return attach(
        walk.book,
        walk.application,
        walk.open_visits,
        papers or (paper(),),
        attached=before,
        person=by,
        at=walk.at,
        digest_key=KEY,
    )


def done(move: Move | None) -> Move:
    assert move is not None
    return move


def at_verification() -> Walk:
    return Walk(SIP).arrives()


def taken(by: Person = OMAR) -> Walk:
    walk = at_verification()
    (visit,) = walk.open_visits
    walk._record(done(claim(walk.book, walk.application, visit, person=by, at=walk.at, lease=timedelta(hours=1))))
    return walk


def in_repair() -> Walk:
    return Walk(SIP).decides(OMAR, "return", reason="Foto buram", requirements=("photo",)).arrives()


def test_a_paper_is_an_entry_a_row_and_a_requirement_that_is_there() -> None:
    walk = taken()
    move = done(attached(walk, OMAR, paper("credit-points", 5)))
    (entry,), (row,) = move.entries, move.attachments
    assert "credit-points" not in walk.application.papers
    assert move.after.papers == (*walk.application.papers, "credit-points")
    assert (move.after.version, move.after.entry_count) == (
        walk.application.version + 1,
        walk.application.entry_count + 1,
    )
    assert move.after.chain_head == entry.hash
    assert row == Attachment(
        application_id=7, no=1, requirement="credit-points", sha256=f"{5:064x}", media_type="application/pdf",
        bytes=1005, at=walk.at, by="omar",
    )  # fmt: skip
    said = json.loads(entry.body)
    assert (entry.kind, entry.desk, entry.actor) == ("attached", "verifikasi", "omar")
    expected = {
        "attachment": 1, "requirement": "credit-points", "media_type": "application/pdf", "bytes": 1005,
        "digest": keyed_digest(KEY, f"{5:064x}"), "role": "verifier", "visit": 2, "step": "verify",
    }  # fmt: skip
    assert {name: said[name] for name in expected} == expected


def test_the_log_does_not_tell_whether_it_was_this_file() -> None:
    body = done(attached(taken(), OMAR, paper("photo", 77))).entries[0].body.decode()
    assert f"{77:064x}" not in body


def test_several_papers_are_one_move_with_an_entry_each() -> None:
    walk = taken()
    move = done(attached(walk, OMAR, paper("photo", 1), paper("photo", 2), paper(None, 3)))
    assert [one.no for one in move.attachments] == [1, 2, 3]
    assert [entry.seq - walk.application.entry_count for entry in move.entries] == [1, 2, 3]
    assert move.after.version == walk.application.version + 1
    assert move.after.papers == walk.application.papers


def test_the_same_paper_sent_twice_is_attached_once() -> None:
    walk = taken()
    first = done(attached(walk, OMAR, paper("photo", 1), paper("photo", 1)))
    assert len(first.attachments) == 1
    assert attached(walk, OMAR, paper("photo", 1), before=first.attachments) is None
    second = done(attached(walk, OMAR, paper("id-card", 1), before=first.attachments))
    assert [one.no for one in second.attachments] == [2]


#: Where the document is -> who may attach there; everybody else is told that it takes another role.
MAY: dict[str, tuple[Callable[[], Walk], tuple[Person, ...]]] = {
    "taken at the verification": (taken, (OMAR, IDA)),
    "waiting for the applicant": (in_repair, (IDA,)),
}


@pytest.mark.parametrize("where", MAY)
def test_papers_are_attached_by_the_holder_and_the_counter_that_registers(where: str) -> None:
    make, may = MAY[where]
    walk = make()
    for one in (IDA, OMAR, SARI, WAYAN, RATNA, DEWI, BUDI, AGUS):
        if one in may:
            assert done(attached(walk, one)).entries[0].actor == one.code
        else:
            with pytest.raises(NotAllowed, match="attach papers"):
                attached(walk, one)


def test_the_counter_attaches_at_its_own_desk_what_is_brought_later() -> None:
    entry = done(attached(Walk(SIP), IDA)).entries[0]
    assert (entry.desk, "visit" in json.loads(entry.body)) == ("loket-pendaftaran", False)


REFUSED: list[tuple[Callable[[], Walk], Person, type[Refusal]]] = [
    (at_verification, OMAR, TakeItFirst),
    (lambda: taken(MADE), OMAR, HeldByAnother),
    (lambda: Walk(SIP), OMAR, StillOnItsWay),
    (taken, replace(OMAR, is_closed=True), NotAllowed),
    (lambda: in_repair().decides(IDA, "withdraw"), IDA, ApplicationEnded),
]


@pytest.mark.parametrize(("make", "by", "refusal"), REFUSED)
def test_who_does_not_have_the_document_is_told_why(
    make: Callable[[], Walk], by: Person, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        attached(make(), by)


def test_only_requirements_of_the_service_get_papers() -> None:
    with pytest.raises(UnknownRequirement, match="moon"):
        attached(taken(), OMAR, paper("moon"))


def test_five_papers_to_a_requirement_and_fifty_to_an_application() -> None:
    walk = taken()
    some = tuple(paper("photo", content) for content in range(MOST_TO_A_REQUIREMENT))
    before = done(attached(walk, OMAR, *some)).attachments
    with pytest.raises(TooManyPapers, match="6 papers for Pas foto"):
        attached(walk, OMAR, paper("photo", 99), before=before)
    assert attached(walk, OMAR, paper("id-card", 99), before=before) is not None
    others = tuple(paper(None, 100 + content) for content in range(MOST_TO_AN_APPLICATION - len(before)))
    full = before + done(attached(walk, OMAR, *others, before=before)).attachments
    with pytest.raises(TooManyPapersInAll, match="51 papers"):
        attached(walk, OMAR, paper("id-card", 999), before=full)


def test_a_download_is_named_by_the_office_and_not_by_who_brought_it() -> None:
    row = done(attached(taken(), OMAR, paper("photo", 1))).attachments[0]
    assert row.file_name("SIP-7") == "SIP-7-photo-1.pdf"
    assert replace(row, requirement=None, media_type="image/jpeg", no=3).file_name("SIP-7") == "SIP-7-other-3.jpg"
