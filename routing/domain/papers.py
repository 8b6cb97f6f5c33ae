"""Papers are attached to an application: who may, where, how many, and the Move that says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from routing.domain.application import Application
from routing.domain.attachment import Attachment, Paper, PaperKind
from routing.domain.audit_chain import Entry, keyed_digest
from routing.domain.errors import Kind, NotAllowed, Refusal
from routing.domain.facts import with_papers
from routing.domain.move import Move, chained, entry_of
from routing.domain.people import Action, Person, Place, may
from routing.domain.phrases import Called, Phrase
from routing.domain.preconditions import require_in_hand, require_known, require_not_own, require_open
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit

#: Most papers to one requirement, and to one application.
MOST_TO_A_REQUIREMENT = 5
MOST_TO_AN_APPLICATION = 50


class TooManyPapers(Refusal):
    """Application {number} would have {count} papers for {requirement}; at most {most} are kept. Join some into one."""

    code = "too_many_papers"


class TooManyPapersInAll(Refusal):
    """Application {number} would have {count} papers; at most {most} are kept. Join several into one file."""

    code = "too_many_papers_in_all"


class FormatNotTaken(Refusal):
    """{requirement} is taken as {formats} only, and this file is {kind}. Save it as that, or bring it on paper."""

    code = "format_not_taken"
    kind = Kind.MALFORMED


class TakeItFirst(Refusal):
    """Application {number} lies at {desk} and nobody has taken it. Take it first, then attach the papers."""

    code = "take_it_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where somebody attaches: their desk, their role there, and the visit they hold, if it is at one."""

    desk: str
    role: str
    visit: Visit | None = None


def attach(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    papers: Sequence[Paper],
    *,
    attached: Sequence[Attachment],
    person: Person,
    at: datetime,
    digest_key: bytes,
) -> Move | None:
    """The papers become the application's, with an entry each; None: every one of them is attached already.

    ``attached``: what the application has so far. All are attached or none is.
    Raises ApplicationEnded, NotAllowed, TakeItFirst, StillOnItsWay, HeldByAnother, UnknownRequirement,
    FormatNotTaken, TooManyPapers, TooManyPapersInAll.
    """
    spot = spot_of(book, application, open_visits, person, at)
    require_not_own(person, application.applicant_index, application.number)
    require_known(book.workflow, [paper.requirement for paper in papers if paper.requirement is not None])
    for paper in papers:
        _require_format(book, paper)
    new = list(_not_there_yet(papers, attached))
    if not new:
        return None
    _require_room(book, application, [one.requirement for one in attached] + [one.requirement for one in new])
    last = max((one.no for one in attached), default=0)
    current = application
    entries: list[Entry] = []
    rows: list[Attachment] = []
    for no, paper in enumerate(new, start=last + 1):
        facts = _facts(paper, no, spot, digest_key)
        entries.append(entry_of(current, at=at, kind="attached", desk=spot.desk, actor=person.code, facts=facts))
        current = chained(current, entries[-1])
        rows.append(_row(application, paper, no, person, at))
    named = [paper.requirement for paper in new if paper.requirement is not None]
    after = replace(
        current,
        papers=tuple(dict.fromkeys((*application.papers, *named))),
        facts=with_papers(application.facts, named, brought_at=at if is_applicants(book, spot) else None),
        version=application.version + 1,
        changed_at=at,
    )
    # Whoever has opened the document must look again: it is not what they saw any more.
    seen_anew = tuple(replace(visit, version=after.version) for visit in open_visits)
    return Move(
        at=at, before=application, after=after, visits=seen_anew, entries=tuple(entries), attachments=tuple(rows)
    )


def spot_of(
    book: RuleBook, application: Application, open_visits: Sequence[Visit], person: Person, at: datetime
) -> Spot:
    """Where this person may attach papers to the application now.

    At a visit they hold, at the counter that waits for the applicant, or at the counter that registered it.
    Raises ApplicationEnded, NotAllowed, TakeItFirst, StillOnItsWay, HeldByAnother.
    """
    require_open(book.workflow, application)
    places = [(Place(desks=(visit.desk,), roles=book.workflow.steps[visit.step].roles), visit) for visit in open_visits]
    for place, visit in places:
        assignment = may(person, Action.ATTACH, place, at)
        if assignment is not None and _in_hand(book, visit, person):
            return Spot(desk=visit.desk, role=assignment.role, visit=visit)
    for place in _counters(book):
        assignment = may(person, Action.ATTACH, place, at)
        if assignment is not None and assignment.desk is not None:
            return Spot(desk=assignment.desk, role=assignment.role)
    for place, visit in places:
        if may(person, Action.ATTACH, place, at) is not None:
            require_in_hand(application, visit, person, at)
            raise TakeItFirst(number=application.number, desk=visit.desk)
    everywhere = [*(place for place, _ in places), *_counters(book)]
    raise NotAllowed(
        person=person.code,
        action=Phrase(Action.ATTACH.value),
        thing=", ".join(dict.fromkeys(desk for place in everywhere for desk in place.desks)),
        roles=" / ".join(dict.fromkeys(role for place in everywhere for role in place.roles)),
    )


def is_applicants(book: RuleBook, spot: Spot) -> bool:
    """Whether what comes in there comes from the applicant: at a counter, or where the applicant is waited for."""
    return spot.visit is None or book.workflow.waits_for_applicant(spot.visit.step)


def digest_of(digest_key: bytes, sha256: str) -> str:
    """What the log keeps of a paper's content: a plain hash would let anybody who has the file prove its presence."""
    return keyed_digest(digest_key, sha256)


def _in_hand(book: RuleBook, visit: Visit, person: Person) -> bool:
    """Whether they have taken it, or it waits for the applicant and nobody else has."""
    if not visit.has_arrived:
        return False
    waits = book.workflow.steps[visit.step].waits_for == "applicant"
    return visit.holder == person.code or (waits and visit.holder is None)


def _counters(book: RuleBook) -> Iterator[Place]:
    for code in book.workflow.intake:
        step = book.workflow.steps[code]
        yield Place(desks=step.desks, roles=step.roles)


def _not_there_yet(papers: Iterable[Paper], attached: Iterable[Attachment]) -> Iterator[Paper]:
    """The same content for the same requirement is attached once, however often it is sent."""
    known = {(one.requirement, one.sha256) for one in attached}
    for paper in papers:
        if (paper.requirement, paper.sha256) not in known:
            known.add((paper.requirement, paper.sha256))
            yield paper


def _require_format(book: RuleBook, paper: Paper) -> None:
    need = book.workflow.requirements.get(paper.requirement) if paper.requirement is not None else None
    if need is None or not need.formats or paper.kind.name.lower() in need.formats:
        return
    formats = ", ".join(PaperKind[one.name].words for one in need.formats)
    raise FormatNotTaken(requirement=Called(need.label), formats=formats, kind=paper.kind.words)


def _require_room(book: RuleBook, application: Application, requirements: list[str | None]) -> None:
    if len(requirements) > MOST_TO_AN_APPLICATION:
        raise TooManyPapersInAll(number=application.number, count=len(requirements), most=MOST_TO_AN_APPLICATION)
    for code, need in book.workflow.requirements.items():
        count = requirements.count(code)
        if count > MOST_TO_A_REQUIREMENT:
            raise TooManyPapers(
                number=application.number, count=count, requirement=need.label.id, most=MOST_TO_A_REQUIREMENT
            )


def _facts(paper: Paper, no: int, spot: Spot, digest_key: bytes) -> dict[str, object]:
    return {
        "attachment": no,
        "requirement": paper.requirement,
        "media_type": paper.kind.media_type,
        "bytes": paper.bytes,
        "digest": digest_of(digest_key, paper.sha256),
        "role": spot.role,
        "visit": spot.visit.no if spot.visit is not None else None,
        "step": spot.visit.step if spot.visit is not None else None,
    }


def _row(application: Application, paper: Paper, no: int, person: Person, at: datetime) -> Attachment:
    return Attachment(
        application_id=application.id,
        no=no,
        requirement=paper.requirement,
        sha256=paper.sha256,
        media_type=paper.kind.media_type,
        bytes=paper.bytes,
        at=at,
        by=person.code,
    )
