"""Calendars, policies, routes and walks drawn at random: what a promise clock may meet from 2024 to 2027."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from routing.domain.application import Identity, Submission
from routing.domain.clock_from_log import Retold, clock_from_log
from routing.domain.crossing import Crossing, NoPlace
from routing.domain.decision import Decision
from routing.domain.intake import submit
from routing.domain.ledger import Interval, Measure
from routing.domain.marks import Mark
from routing.domain.migration import Order, migrate
from routing.domain.move import Move
from routing.domain.moves import decide
from routing.domain.people import Assignment, Person
from routing.domain.promise_clock import Dues
from routing.domain.resumption import resume
from routing.domain.state_machine import RuleBook
from routing.domain.stays import arrive
from routing.domain.time_limits import Pause
from routing.domain.visits import Visit
from routing.domain.withdrawal import withdraw
from routing.domain.workflow import Workflow
from routing.domain.working_calendar import DayOff, DayOffKind, Opening, Week, WorkingCalendar
from tests.calendars import indonesia
from tests.domain.clock_oracle import Days, Event, Policy
from tests.domain.people_of_the_mall import KEY
from tests.domain.small_routes import label

FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_SATURDAY = (Opening(since=time(8), until=time(12)),)


def a_calendar(random: Random) -> WorkingCalendar:
    """Indonesia's, with days off of the office's own, perhaps without collective leave, perhaps open on Saturdays."""
    calendar = indonesia(random.choice(ZONES))
    days_off = {one.day: one for one in calendar.days_off}
    if random.random() < 0.3:
        days_off = {day: one for day, one in days_off.items() if one.kind is DayOffKind.PUBLIC}
    for _ in range(random.choice((0, 0, 3, 40))):
        day = FIRST + timedelta(days=random.randrange((LAST - FIRST).days))
        # A flood closes the office for a week and more.
        for later in range(random.choice((1, 1, 1, 10))):
            off = day + timedelta(days=later)
            days_off[off] = DayOff(day=off, name="Libur daerah", kind=DayOffKind.LOCAL)
    changed: dict[str, object] = {"number": 2, "days_off": tuple(days_off.values())}
    if random.random() < 0.2:
        changed["hours"] = _and_saturday(calendar.hours)
        changed["seasons"] = tuple(
            one.model_copy(update={"hours": _and_saturday(one.hours)}) for one in calendar.seasons
        )
    return calendar.model_copy(update=changed)


def _and_saturday(week: Week) -> Week:
    return (*week[:5], _SATURDAY, ())


def as_written(calendar: WorkingCalendar, counts: str) -> Days:
    """The same for whoever counts by hand."""
    return _as_written(_SameCalendar(calendar), counts)


class _SameCalendar:
    """A calendar as a key: itself, not its thousand days."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self.calendar = calendar

    def __hash__(self) -> int:
        return id(self.calendar)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameCalendar) and other.calendar is self.calendar


@cache
def _as_written(same: _SameCalendar, counts: str) -> Days:
    return Days(same.calendar.model_dump(), counts)


def a_policy(random: Random, *, with_bound: bool = False) -> Policy:
    """``with_bound``: what only a limit of the law has."""
    pauses = random.choice(("pause", "pause", "restart", "extend-once"))
    is_extended = pauses == "extend-once"
    most_suspended = random.choice((None, None, 0, 2, 6)) if with_bound else None
    return Policy(
        count=random.choice((0, 1, 1, 2, 3, 5, 7, 10, 14, 25, 60)),
        day_one=random.choice(("next", "next", "same")),
        received_until=random.choice((None, None, time(12), time(15), time(16, 30))),
        counts=random.choice(("working-days", "working-days", "calendar-days")),
        pauses=pauses,
        extended_by=random.randrange(12) if is_extended else 0,
        most_paused=random.choice((None, None, 0, 1, 3, 10)) if not is_extended else None,
        most_suspended=most_suspended if not is_extended else None,
    )


def measure_of(policy: Policy) -> Measure:
    return Measure(
        count=policy.count, day_one=policy.day_one, received_until=policy.received_until, pauses=policy.pauses,  # type: ignore[arg-type]
        extended_by=policy.extended_by, most_paused=policy.most_paused, most_suspended=policy.most_suspended,
    )  # fmt: skip


def a_moment(random: Random, calendar: WorkingCalendar) -> datetime:
    """Any time of day and night; not seldom to the second at which the office closes."""
    day = FIRST + timedelta(days=random.randrange((LAST - FIRST).days))
    return _at(random, calendar, day)


def later(random: Random, calendar: WorkingCalendar, at: datetime) -> datetime:
    """A moment after that one: minutes, hours, days or weeks on."""
    if random.random() < 0.4:
        return at + timedelta(seconds=random.choice((0, 1, 60, 3600, 5 * 3600)))
    day = calendar.local(at).date() + timedelta(days=random.choice((0, 1, 1, 2, 3, 5, 12)))
    return max(at, _at(random, calendar, day))


def _at(random: Random, calendar: WorkingCalendar, day: date) -> datetime:
    if random.random() < 0.25:
        close = calendar.close_of(day) + timedelta(seconds=random.choice((-1, 0, 0, 1)))
        return close.astimezone(UTC)
    at = datetime.combine(day, time(random.randrange(24), random.randrange(60)), calendar.time_zone)
    return at.astimezone(UTC)


def events_at_random(random: Random, calendar: WorkingCalendar) -> list[Event]:
    """Where the ball lay; never twice the same in a row, and ended at the end only or before it was taken up again."""
    at = a_moment(random, calendar)
    told = [Event(at, random.choice(("running", "running", "payment")))]
    for _ in range(random.randrange(8)):
        at = later(random, calendar, at)
        known = ["running", *Pause, "repair", "ended"]
        state = str(random.choice([one for one in known if one != told[-1].state]))
        told.append(Event(at, state))
    if told[-1].state == "ended":
        told.pop()
    return told


def ledger_of(told: list[Event]) -> list[Interval]:
    """The rows of it."""
    ledger: list[Interval] = []
    for place, event in enumerate(told):
        if event.state == "ended":
            continue
        pause = None if event.state == "running" else Pause(event.state)
        until = told[place + 1].at if place + 1 < len(told) else None
        number = len(ledger) + 1
        ledger.append(Interval(application_id=7, no=number, pause=pause, since=event.at, until=until, granted_by="ida"))
    return ledger


# --- routes and walks ----------------------------------------------------------------------------------------------


def _step(desk: str, decisions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"label": label(desk), "desks": [desk], "roles": [f"at-{desk}"], "decisions": decisions, **more}


def _to(target: str, **more: Any) -> dict[str, Any]:
    return {"label": label(f"ke {target}"), "to": target, **more}


def a_route(random: Random) -> dict[str, Any]:
    """Counter, verification, perhaps payment, a team at once and an agency outside, signature; ways back and out."""
    middle = [one for one in ("pay", "team", "outside") if random.random() < 0.7]
    onward = dict(zip(["verify", *middle], [*middle, "sign"], strict=True))
    back = _to("repair", names_requirements=True)
    # What goes on at the repair goes back from there to where it came from: it was stopped there, then.
    # Some routes say what completes the file and what answers it; then there is no way round.
    completes, answers = random.random() < 0.4, random.random() < 0.5
    resumed_at = random.choice(("repair", "verify", *([] if completes else ["sign"])))
    stop = {} if resumed_at == "repair" else {"stop": _to("stopped")}
    first = "verify" if completes else random.choice(("verify", onward["verify"]))
    steps = {
        "register": _step("loket", {"accept": _to(first)}),
        "verify": _step("verifikasi", {"forward": _to(onward["verify"], completes=completes), "return": back, **stop}),
        "pay": _step("kasir", {"paid": _to(onward.get("pay", "sign"))}, waits_for="applicant", pause="payment"),
        "team": _step("pupr", {
            "agree": _to(onward.get("team", "sign"), opinion=True),
            "object": _to(onward.get("team", "sign"), opinion=True), "return": back,
        }, join=random.choice(("all", "all", 2))) | {"desks": ["pupr", "dishub", "dlh"], "roles": ["at-team"]},
        "outside": _step("luar", {"answered": _to("sign")}, waits_for="outside", pause="outside-agency"),
        "sign": _step("kepala", {"sign": _to("hand-over" if answers else "granted", answers=answers),
                                 "refuse": _to("refused"), "back": _to("verify"),
                                 "return": back}),
        "hand-over": _step("loket", {"fetch": _to("granted"), "correct": _to("sign")}),
        "repair": _step("loket", {"resubmit": _to("origin"), "stop": _to("stopped")},
                        waits_for="applicant", **({"pause": "repair"} if random.random() < 0.9 else {}),
                        deadline={"working_days": random.choice((1, 5)), "decision": "stop"}),
    }  # fmt: skip
    reached = {"register", "verify", "sign", "repair", *middle, *(["hand-over"] if answers else [])}
    return {
        "service": "acak", "label": label("Acak"), "unit": "dpmptsp", "intake": ["register"],
        "requirements": {"form": {"label": label("Formulir")}},
        "steps": {code: step for code, step in steps.items() if code in reached},
        "ends": {
            "granted": {"label": label("Terbit"), "outcome": "granted"},
            "refused": {"label": label("Ditolak"), "outcome": "refused"},
            "stopped": {"label": label("Henti"), "outcome": "stopped",
                        "resume": {"days": 180, "to": resumed_at}},
            "withdrawn": {"label": label("Batal"), "outcome": "withdrawn"},
        },
        "withdrawal": {"to": "withdrawn", "from_steps": ["verify", "repair", *middle]},
    }  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A service: its rules, and what it says of its promise and of the law's limit."""

    book: RuleBook
    promise: Policy
    legal: Policy | None


def a_service(random: Random, route: dict[str, Any], calendar: WorkingCalendar) -> Drawn:
    """The route with a promise drawn at random, and perhaps a limit of the law."""
    policy = a_policy(random)
    clock = {
        "day_one": policy.day_one, "counts": policy.counts, "pauses": policy.pauses,
        "received_until": policy.received_until, "most_paused": policy.most_paused,
        "extended_by": policy.extended_by if policy.pauses == "extend-once" else None,
    }  # fmt: skip
    limit: dict[str, Any] | None = None
    legal: Policy | None = None
    if random.random() < 0.5:
        legal = Policy(
            count=random.choice((1, 5, 10, 30)), day_one=policy.day_one, received_until=policy.received_until,
            counts=random.choice(("working-days", "calendar-days")), most_paused=policy.most_paused,
            pauses="pause" if random.random() < 0.7 else None, most_suspended=random.choice((None, 0, 2, 6)),
        )  # fmt: skip
        limit = {
            "working_days": legal.count, "basis": "UU 30/2014 pasal 53", "counts": legal.counts,
            "pauses": legal.pauses is not None, "most_suspended": legal.most_suspended,
        }  # fmt: skip
    workflow = Workflow.model_validate(route | {"working_days": policy.count, "clock": clock, "legal_limit": limit})
    return Drawn(RuleBook(workflow, calendar), policy, legal)


def desk_person(step: str, desk: str, book: RuleBook) -> Person:
    """Whoever sits at that desk."""
    held = Assignment(role=book.workflow.steps[step].roles[0], desk=desk, since=_LONG_AGO)
    code = f"{step}.{desk}"
    return Person(id=sum(code.encode()), code=code, name=code, assignments=(held,))


class History:
    """An application on its way through a drawn service, whose people do whatever they can, whenever they like."""

    def __init__(self, random: Random, drawn: Drawn) -> None:
        self.random, self.drawn = random, drawn
        #: by whose promise what is due was counted last: a version it goes over to after the answer counts nothing
        self.counted_by = drawn
        self.books = {drawn.book.workflow.content_hash: drawn.book}
        self.at = a_moment(random, self.book.calendar)
        self.visits: dict[int, Visit] = {}
        self.ledger: dict[int, Interval] = {}
        self.log: list[dict[str, Any]] = []
        self.marks: list[Mark] = []
        #: told by what lies open after each move, and by nothing the clock wrote
        self.told: list[Event] = []
        self.is_answered = False
        said = Submission(desk="loket", decision="accept", papers=("form",))
        who = Identity(id=7, number="ACAK-1", tracking_code="ABCD-EFGH", digest_key=KEY)
        by = desk_person("register", "loket", self.book)
        self._record(submit(self.book, said, person=by, identity=who, at=self.at))

    @property
    def book(self) -> RuleBook:
        return self.drawn.book

    @property
    def open_visits(self) -> list[Visit]:
        return [one for one in self.visits.values() if one.is_open]

    @property
    def closed(self) -> list[Visit]:
        return [one for one in self.visits.values() if not one.is_open]

    @property
    def dues(self) -> Dues:
        """What the moves wrote."""
        return Dues(promise=self.application.promise_due, legal=self.application.legal_due)

    def retold(self) -> Retold:
        """What the log alone says."""
        return clock_from_log(self.log, lambda route, _: self.books[route])

    def goes_on(self) -> bool:
        """Something happens; False: nothing can."""
        self.at = later(self.random, self.book.calendar, self.at)
        if not self.application.is_open:
            return self.application.step == "stopped" and self.random.random() < 0.8 and self._is_resumed()
        for visit in self.open_visits:
            if not visit.has_arrived:
                self._record(arrive(self.book, self.application, visit, now=self.at))
        if self.random.random() < 0.03 and self._is_withdrawn():
            return True
        visit = self.random.choice(self.open_visits)
        said = self.book.possible(visit.step, visit.origin_step, visit.desk)
        decision = self.random.choice([one for one in said if one != "stop" or self.random.random() < 0.3] or said)
        step = self.book.workflow.steps[visit.step]
        if decision == "stop" and step.deadline is not None:
            self.at = max(self.at, visit.due_at + timedelta(seconds=1))
        self._decides(visit, decision)
        return True

    def goes_over(self, drawn: Drawn) -> None:
        """To another version, whose route is the same and whose promise is another."""
        if not self.application.is_open or drawn.book.workflow.content_hash in self.books:
            return
        self.at = later(self.random, self.book.calendar, self.at)
        order = Order(by="agus", at=self.at, digest_key=KEY)
        crossing = Crossing(old=self.book, new=drawn.book)
        ledger = tuple(self.ledger.values())
        try:
            move = migrate(crossing, self.application, self.open_visits, self.closed, order, ledger=ledger)
        except NoPlace as refused:
            # What the law has made of it by then is not undone by another version.
            if "limit" not in str(refused):
                raise
            return
        self.books[drawn.book.workflow.content_hash] = drawn.book
        self.drawn = drawn
        self._record(move)

    def _decides(self, visit: Visit, decision: str) -> None:
        rule = self.book.workflow.steps[visit.step].decisions[decision]
        said = Decision(decision=decision, visit=visit.no, requirements=("form",) if rule.names_requirements else ())
        self._record(
            decide(
                self.book, self.application, self.open_visits, said,
                person=desk_person(visit.step, visit.desk, self.book), at=self.at, digest_key=KEY,
                ledger=tuple(self.ledger.values()), past=self.closed,
            )
        )  # fmt: skip

    def _is_withdrawn(self) -> bool:
        workflow = self.book.workflow
        if workflow.withdrawal is None or self.application.step not in workflow.withdrawal.from_steps:
            return False
        by = desk_person("register", "loket", self.book)
        self._record(self._at_counter(withdraw, self.open_visits, by, "loket"))
        return True

    def _is_resumed(self) -> bool:
        to = self.book.workflow.ends["stopped"].resume
        assert to is not None
        desk = self.book.workflow.steps[to.to].desks[0]
        by = desk_person(to.to, desk, self.book)
        self._record(self._at_counter(resume, self.closed, by, desk))
        return True

    def _at_counter(self, act: Callable[..., Move], visits: list[Visit], by: Person, desk: str) -> Move:
        return act(
            self.book, self.application, visits, ledger=tuple(self.ledger.values()), desk=desk, reason="", person=by,
            at=self.at, digest_key=KEY,
        )  # fmt: skip

    def _record(self, move: Move) -> None:
        self.application = move.after
        if move.after.answered_at is None:
            self.counted_by = self.drawn
        self.visits |= {one.no: one for one in move.visits}
        self.ledger |= {one.no: one for one in move.intervals}
        self.log += [json.loads(entry.body) for entry in move.entries]
        self.marks += [mark for _, mark in move.marks]
        self._look(move.at)

    def _look(self, at: datetime) -> None:
        """Where the ball lies: the office has it as long as one desk has."""
        steps = self.book.workflow.steps
        here = {one.step for one in self.open_visits}
        if not self.told and steps["verify"].decisions["forward"].completes and here <= {"verify", "repair"}:
            # Nothing is promised yet.
            return
        has_come_back = self.is_answered and here == {"sign"}
        self.is_answered = here == {"hand-over"}
        if has_come_back:
            self.told.pop()
        kinds = [steps[one.step].pause for one in sorted(self.open_visits, key=lambda one: one.no)]
        if not self.application.is_open or self.is_answered:
            state = "ended"
        elif None in kinds:
            state = "running"
        else:
            state = str(kinds[0])
        # Of several reasons at once the first that it stands still for stays the reason.
        stays = self.told and state not in ("running", "ended") and self.told[-1].state in {str(one) for one in kinds}
        if not self.told or not (stays or self.told[-1].state == state):
            self.told.append(Event(at, state))
