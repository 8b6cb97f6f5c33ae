"""An open application goes over to another version of its route: one Move, with an entry that names both versions.

Its step is the one the mapping says. It stays at its desks where these still belong to the step, claims included, and
is sent to the step's desk where they do not. At a step at which several desks work at once, desks that are no longer
asked are recalled, desks that are new are asked, and what was said still counts; where that is enough by the new rule,
the document goes on at once. Nothing here decides for anybody: an application without a place keeps its version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from routing.domain.application import Application
from routing.domain.audit_chain import keyed_digest
from routing.domain.crossing import Crossing, NoPlace, Seats, is_opinion, seats_at
from routing.domain.due_dates import unwarned
from routing.domain.errors import DeskNotNamed, DeskNotOffered
from routing.domain.facts import guard_facts, with_opinion, without_opinions
from routing.domain.fields import Fact
from routing.domain.late_stops import late_marks
from routing.domain.ledger import Interval
from routing.domain.marks import Mark
from routing.domain.move import Move, Note, chained, entry_of, recalls
from routing.domain.next_step import desk_sent_to, desks_asked, way_on
from routing.domain.phrases import Phrase
from routing.domain.preconditions import require_due, require_open
from routing.domain.promise_clock import Dues, due_facts, turn
from routing.domain.sending import sent_to
from routing.domain.visits import Visit
from routing.domain.workflow import ORIGIN, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By whom and why applications go over."""

    by: str
    at: datetime
    reason: str = ""
    #: the number of the letter that orders it
    letter: str = ""
    #: keys the digest of the reason
    digest_key: bytes = b""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A visit that begins."""

    step: str
    desk: str
    #: step and desk that a return to the applicant goes back to
    origin: tuple[str | None, str | None] = (None, None)
    #: the number of the visit whose errand it goes on with
    instead_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the application is afterwards."""

    #: a step or, where everybody had spoken, perhaps an end
    target: str
    kept: tuple[Visit, ...] = ()
    recalled: tuple[Visit, ...] = ()
    sent: tuple[_Sent, ...] = ()
    facts: dict[str, Fact]


def migrate(
    crossing: Crossing,
    application: Application,
    open_visits: Sequence[Visit],
    closed: Sequence[Visit],
    order: Order,
    *,
    ledger: Sequence[Interval] = (),
) -> Move:
    """The application under the new version. ``closed``: its visits that are over, in their order.

    Raises ApplicationEnded, NoPlace, and RequirementDue where it would go on without what the next step asks for.
    """
    require_open(crossing.old.workflow, application)
    is_past = application.answered_at is None and application.legal_due is not None and order.at > application.legal_due
    if application.deemed_at is not None or is_past:
        # What the law has made of it by then is not undone by another version.
        raise NoPlace(number=application.number, problem=Phrase("the limit the law sets for it has passed"))
    target = crossing.step(application.step)
    if target is None:
        raise NoPlace(number=application.number, problem=Phrase("it has no step {step}", step=application.step))
    new = crossing.new.workflow
    known = replace(application, workflow=new.content_hash, step=target, facts=crossing.facts(application.facts))
    going = _Going(crossing=crossing, before=application, known=known, order=order, ledger=ledger)
    place = going.joint(open_visits, closed) if new.steps[target].join is not None else going.single(open_visits)
    return _move(crossing, application, known, place, closed, order, ledger=ledger)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Going:
    """One application on its way over."""

    crossing: Crossing
    before: Application
    #: the application at its new step, with the facts as they count there
    known: Application
    order: Order
    ledger: Sequence[Interval] = ()

    @property
    def step(self) -> Step:
        """The new step."""
        return self.crossing.new.workflow.steps[self.known.step]

    def single(self, open_visits: Sequence[Visit]) -> _Place:
        """At a step of one desk at a time one visit goes on; of several, one whose desk is still there."""
        here = [visit for visit in open_visits if visit.step == self.before.step] or list(open_visits)
        if not here:
            raise self._no_place(Phrase("it is at no desk"))
        chosen = next((visit for visit in here if visit.desk in self.step.every_desk), here[0])
        others = tuple(visit for visit in open_visits if visit.no != chosen.no)
        # Where each desk had returned it, it is the repair that goes on.
        target = self.crossing.step(chosen.step) or self.known.step
        facts = dict(self.known.facts)
        kept = self._kept(chosen)
        if kept is not None:
            return _Place(target=target, kept=(kept,), recalled=others, facts=facts)
        return _Place(target=target, recalled=(chosen, *others), sent=(self._sent_anew(chosen, target),), facts=facts)

    def joint(self, open_visits: Sequence[Visit], closed: Sequence[Visit]) -> _Place:
        """At a step of several desks at once each keeps its say, as far as the new rule asks for it."""
        was = self.crossing.old.workflow.steps[self.before.step]
        every = sorted([*closed, *open_visits], key=lambda visit: visit.no)
        seats = seats_at(self.before.step, was, every)
        heard = {
            seat: said for seat, said in seats.spoken.items()
            if seat in self.step.desks and is_opinion(self.step, said, seat)
        }  # fmt: skip
        kept, recalled, sent, waited_for = [], [], [], set()
        for visit in open_visits:
            seat = seats.of_visit.get(visit.no, visit.desk)
            stays = self._kept(visit, seat) if seat in self.step.desks else None
            if stays is not None:
                kept.append(stays)
                waited_for.add(seat)
            elif seat in self.step.desks and visit.step != self.before.step:
                # The applicant still repairs for that desk, at another counter.
                recalled.append(visit)
                sent.append(self._sent_anew(visit, self.crossing.step(visit.step) or visit.step, seat))
                waited_for.add(seat)
            else:
                recalled.append(visit)
        counted = self._counted(heard)
        asked = desks_asked(self.crossing.new.workflow, replace(self.known, facts=counted), self.step)
        new = [desk for desk in asked if desk not in heard and desk not in waited_for]
        if heard and (len(heard) >= self.step.opinions_needed or not (kept or sent or new)):
            return self._goes_on(open_visits, Seats(of_visit=seats.of_visit, spoken=heard), counted)
        sent += [_Sent(self.known.step, desk) for desk in new]
        return _Place(
            target=self.known.step, kept=tuple(kept), recalled=tuple(recalled), sent=tuple(sent), facts=counted
        )

    def _goes_on(self, open_visits: Sequence[Visit], seats: Seats, facts: dict[str, Fact]) -> _Place:
        """Everybody the new rule asks has spoken: on to where the last opinion leads; whoever is left is recalled."""
        new = self.crossing.new
        known = replace(self.known, facts=facts)
        said = list(seats.spoken.values())[-1]
        conditions = guard_facts(new.workflow, known) if new.workflow.has_conditions else None
        target = new.lead(self.known.step, said, None, conditions)
        if target is None:
            raise self._no_place(Phrase("all have spoken, and the way on is closed to it"))
        target = way_on(new.workflow, known, target)
        if target in new.workflow.ends:
            # Nobody's application ends because a rule was rewritten.
            raise self._no_place(Phrase("all have spoken, and it would end with that"))
        step = new.workflow.steps[target]
        require_due(new.workflow, known, target, self.order.at)
        if step.join is not None:
            facts = without_opinions(facts, target)
            desks = desks_asked(new.workflow, known, step)
        else:
            desks = (self._desk_of(step, known),)
        sent = tuple(_Sent(target, desk) for desk in desks)
        return _Place(target=target, recalled=tuple(open_visits), sent=sent, facts=facts)

    def _counted(self, heard: dict[str, str]) -> dict[str, Fact]:
        """The facts with those opinions of the step, and no others."""
        facts = without_opinions(self.known.facts, self.known.step)
        for said in heard.values():
            facts = with_opinion(facts, self.known.step, said)
        return facts

    def _kept(self, visit: Visit, seat: str | None = None) -> Visit | None:
        origin_step, origin_desk = self._back_to(visit, seat)
        kept = self.crossing.visit(visit, at=self.order.at, version=self.before.version + 1, ledger=self.ledger)
        return replace(kept, origin_step=origin_step, origin_desk=origin_desk) if kept is not None else None

    def _sent_anew(self, visit: Visit, to: str, seat: str | None = None) -> _Sent:
        """The visit's errand at a desk of the step that still is one."""
        step = self.crossing.new.workflow.steps.get(to)
        if step is None:
            raise self._no_place(Phrase("there is no step {step}", step=to))
        return _Sent(to, self._desk_of(step, self.known), self._back_to(visit, seat), visit.no)

    def _desk_of(self, step: Step, known: Application) -> str:
        try:
            return desk_sent_to(self.crossing.new.workflow, known, step, origin=None, named=None)
        except (DeskNotNamed, DeskNotOffered):
            problem = Phrase("{step} is done at one of several desks, and nobody says at which", step=step.label.id)
            raise self._no_place(problem) from None

    def _back_to(self, visit: Visit, seat: str | None) -> tuple[str | None, str | None]:
        """Step and desk that a return to the applicant goes back to under the new version. Raises NoPlace.

        ``seat``: the desk of the team for which it is repaired.
        """
        was = visit.origin_step
        now = self.crossing.step(was) if was is not None else None
        if was is None or now is None:
            if self._goes_back(visit):
                raise self._no_place(Phrase("there is no step {step} it could go back to", step=was or "-"))
            return None, None
        step = self.crossing.new.workflow.steps[now]
        if visit.origin_desk in step.every_desk and (seat is not None or not self._is_a_team_now(was, step)):
            return now, visit.origin_desk
        if self._is_a_team_now(was, step):
            problem = Phrase("{step}, where it would go back to, asks several desks at once now", step=step.label.id)
            raise self._no_place(problem)
        return now, seat if seat is not None else self._desk_of(step, self.known)

    def _goes_back(self, visit: Visit) -> bool:
        now = self.crossing.step(visit.step)
        steps = self.crossing.new.workflow.steps
        return now is not None and any(rule.to == ORIGIN for rule in steps[now].decisions.values())

    def _is_a_team_now(self, was: str, step: Step) -> bool:
        return step.join is not None and self.crossing.old.workflow.steps[was].join is None

    def _no_place(self, problem: Phrase) -> NoPlace:
        return NoPlace(number=self.before.number, problem=problem)


def _move(
    crossing: Crossing,
    before: Application,
    known: Application,
    place: _Place,
    closed: Sequence[Visit],
    order: Order,
    *,
    ledger: Sequence[Interval],
) -> Move:
    sent = _sent(crossing, before, place, order.at, ledger)
    turned = turn(crossing.new, known, (*place.kept, *sent), ledger, at=order.at, by=order.by, counts_anew=True)
    if turned.answered_at is None and turned.dues.legal is not None and turned.dues.legal < order.at:
        # Nobody's application is deemed granted because a rule was rewritten.
        raise NoPlace(number=before.number, problem=Phrase("the limit of the law would have passed by the new version"))
    due_before = Dues(promise=before.promise_due, legal=before.legal_due)
    gains_time = turned.answered_at is None and turned.dues.is_later_than(due_before)
    found = ((turned.is_restart, Mark.RESTART), (gains_time, Mark.MOVED_LIMIT))
    marks = (*late_marks(crossing.new, ledger, turned, order.at), *(mark for is_so, mark in found if is_so))
    facts = {
        "due_before": due_facts(due_before) if gains_time else None,
        **_facts(crossing, before, place, sent, order),
        "clock": turned.facts,
        "marks": [str(mark) for mark in marks] or None,
    }
    entry = entry_of(before, at=order.at, kind="migrated", desk=None, actor=order.by, facts=facts)
    recalled, entries = recalls(chained(before, entry), place.recalled, actor=order.by, at=order.at)
    recalled = [replace(visit, step=crossing.step(visit.step) or visit.step) for visit in recalled]
    after = replace(
        chained(known, entries[-1] if entries else entry),
        step=place.target,
        version=before.version + 1,
        visit_count=before.visit_count + len(sent),
        changed_at=order.at,
        facts=place.facts,
        promise_due=turned.dues.promise,
        legal_due=turned.dues.legal,
        wake_at=turned.wake_at,
        answered_at=turned.answered_at,
    )
    return Move(
        at=order.at,
        before=before,
        after=after,
        visits=(*crossing.past(closed), *place.kept, *recalled, *sent),
        entries=(entry, *entries),
        note=Note(seq=entry.seq, text=order.reason) if order.reason else None,
        intervals=turned.intervals,
        marks=tuple((entry.seq, mark) for mark in marks),
    )


def _sent(
    crossing: Crossing, before: Application, place: _Place, at: datetime, ledger: Sequence[Interval]
) -> tuple[Visit, ...]:
    """The visits it is sent to under the new version. Raises NoPlace where nothing could be decided at one."""
    opened = (
        sent_to(crossing.new, before, one.step, one.desk, at=at, place=count, origin=one.origin)
        for count, one in enumerate(place.sent, start=1)
    )
    sent = unwarned(tuple(opened), ledger)
    for visit in (*place.kept, *sent):
        if not crossing.new.possible(visit.step, visit.origin_step, visit.desk):
            problem = Phrase("at {desk} nothing could be decided on it", desk=visit.desk)
            raise NoPlace(number=before.number, problem=problem)
    return sent


def _facts(
    crossing: Crossing, before: Application, place: _Place, sent: Sequence[Visit], order: Order
) -> dict[str, object]:
    return {
        "step": before.step,
        "to": place.target,
        "workflow": crossing.new.workflow.content_hash,
        "workflow_before": before.workflow,
        "mapping": crossing.told or None,
        "sent": [_told(one, was.instead_of) for one, was in zip(sent, place.sent, strict=True)] or None,
        "instrument": order.letter or None,
        "reason": keyed_digest(order.digest_key, order.reason) if order.reason else None,
    }


def _told(visit: Visit, instead_of: int | None) -> dict[str, object]:
    said: dict[str, object] = {"visit": visit.no, "step": visit.step, "desk": visit.desk}
    return said if instead_of is None else said | {"instead_of": instead_of}
