"""What route a log tells of: activities are steps, groups are desks, and every case of the log can walk it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from routing.catalogue.checker import check_workflow
from routing.catalogue.office_files import OfficePlan
from routing.cli.workflow_commands import retelling_of
from routing.domain.application import Submission
from routing.domain.decision import Decision
from routing.domain.desks import Desk
from routing.domain.errors import MalformedField
from routing.domain.imported_log import Retelling
from routing.domain.time_limits import Clock
from routing.domain.workflow import Outcome
from routing.formats.event_log import AttributeValue, EventLog, LogCase, LogEvent
from routing.workshop.discover import UNKNOWN, retell, service_code
from tests.calendars import counted
from tests.event_logs import ARCHIVE, CHECK, DECIDE, RECEIVE, Told, case, log_of, receipts
from tests.workshop.retold_walks import walk

AT = datetime(2025, 3, 2, 1, 0, tzinfo=UTC)


def told(*cases: LogCase, service: str = "receipt") -> Retelling:
    return retell(log_of(*cases), service=service)


def one_event(**said: Any) -> LogCase:
    return LogCase(name="case-1", events=(LogEvent(activity="Terima", at=AT, **said),))


def desk_of(case_: LogCase) -> Desk:
    (desk,) = told(case_).cast.desks
    return desk


def plan(retelling: Retelling) -> OfficePlan:
    return OfficePlan(units=retelling.cast.units, desks=retelling.cast.desks, roles=retelling.cast.roles)


def test_a_desk_is_the_group_else_the_role_else_the_person() -> None:
    everything = {"group": "Loket 2", "role": "Petugas", "resource": "Resource01"}
    assert (desk_of(one_event(**everything)).code, desk_of(one_event(**everything)).label.id) == (
        "receipt.loket-2",
        "Loket 2",
    )
    assert desk_of(one_event(role="Petugas", resource="Resource01")).code == "receipt.petugas"
    assert desk_of(one_event(resource="Resource01")).code == "receipt.resource01"
    assert desk_of(one_event()).label.id == UNKNOWN


def test_desks_and_roles_of_a_log_never_mix_with_the_offices_own() -> None:
    retelling = told(one_event(group="verifikasi", role="auditor"))
    assert [desk.code for desk in retelling.cast.desks] == ["receipt.verifikasi"]
    assert [role.code for role in retelling.cast.roles] == ["receipt.auditor"]
    assert [unit.code for unit in retelling.cast.units] == [retelling.cast.workflow.unit] == ["receipt.log"]
    assert retelling.cast.workflow.imported_from == "receipt"


def test_people_hold_what_they_did_where_they_did_it_from_the_first_event_on() -> None:
    retelling = told(case("a", RECEIVE, CHECK, starts=5), case("b", RECEIVE, ("Periksa", "Resource02", "Loket")))
    held = retelling.cast.people["Resource02"]
    assert [(one.desk, one.role) for one in held] == [
        ("receipt.teknis", "receipt.officer"),
        ("receipt.loket", "receipt.officer"),
    ]
    assert {one.since for held in retelling.cast.people.values() for one in held} == {
        min(event.at for event in case("b", RECEIVE).events)
    }


def test_what_directly_follows_is_a_decision_named_after_it() -> None:
    workflow = told(case("a", RECEIVE, CHECK, DECIDE), case("b", RECEIVE, DECIDE)).cast.workflow
    assert {
        code: {word: rule.to for word, rule in step.decisions.items()} for code, step in workflow.steps.items()
    } == {
        "terima-berkas": {"to-periksa": "periksa", "to-putuskan": "putuskan"},
        "periksa": {"to-putuskan": "putuskan"},
        "putuskan": {"close": "closed"},
    }
    assert workflow.intake == ("terima-berkas",)
    assert workflow.steps["periksa"].decisions["to-putuskan"].label.id == "→ Putuskan"


def test_an_activity_done_at_several_desks_is_one_step_and_the_decision_names_the_desk() -> None:
    retelling = told(
        case("a", RECEIVE, ("Periksa", "Resource02", "Teknis")),
        case("b", RECEIVE, ("Periksa", "Resource03", "Lingkungan")),
    )
    assert retelling.cast.workflow.steps["periksa"].desks == ("receipt.teknis", "receipt.lingkungan")
    first_moves = [one.moves[0].said for one in retelling.cases]
    assert [said.next_desk for said in first_moves if isinstance(said, Submission)] == [
        "receipt.teknis",
        "receipt.lingkungan",
    ]


def test_an_activity_that_follows_itself_is_a_loop() -> None:
    retelling = told(case("a", RECEIVE, CHECK, CHECK, CHECK, closed="2025-03-02"))
    assert retelling.cast.workflow.steps["periksa"].decisions.keys() == {"to-periksa", "close"}
    assert walk(retelling, retelling.cases[0]).version == 1 + 3 * 2


def test_several_first_activities_are_all_ways_in() -> None:
    retelling = told(case("a", RECEIVE, CHECK), case("b", CHECK), case("c", ARCHIVE, RECEIVE, CHECK))
    assert retelling.cast.workflow.intake == ("terima-berkas", "periksa", "arsipkan")
    assert [walk(retelling, one).version for one in retelling.cases] == [3, 1, 5]
    assert {desk.code for desk in retelling.cast.desks if desk.counter} == {
        "receipt.loket",
        "receipt.teknis",
        "receipt.unknown",
    }


@pytest.mark.parametrize(
    "name", ["origin", "state", "closed", "left-open", "close", "to", "at_step", "None", "is_open"]
)
def test_an_activity_may_be_called_like_a_word_of_the_engines_own(name: str) -> None:
    twice: Told = (name, "Resource01", name)
    retelling = told(
        case("a", RECEIVE, twice, twice, DECIDE, closed="2025-03-02"), case("b", twice, RECEIVE, twice, starts=3)
    )
    assert check_workflow(retelling.cast.workflow, plan(retelling)) == ()
    labels = [step.label.id for step in retelling.cast.workflow.steps.values()]
    assert labels.count(name) == 1
    assert walk(retelling, retelling.cases[0]).outcome is Outcome.CLOSED
    assert walk(retelling, retelling.cases[1]).is_open


def test_names_that_would_get_the_same_code_get_codes_of_their_own() -> None:
    names = ["Periksa A", "periksa-a", "PERIKSA  A!", "Périksa a", "檢查", "核准"]
    retelling = told(case("a", *((name, name, name) for name in names)))
    steps = retelling.cast.workflow.steps
    assert [step.label.id for step in steps.values()] == names
    assert list(steps) == ["periksa-a", "periksa-a-2", "periksa-a-3", "periksa-a-4", "x", "x-2"]
    assert len({desk.code for desk in retelling.cast.desks}) == len(names)
    assert list(retelling.cast.people) == names
    assert check_workflow(retelling.cast.workflow, plan(retelling)) == ()
    assert walk(retelling, retelling.cases[0]).outcome is Outcome.CLOSED


@pytest.mark.parametrize("service", ["receipt", "s" * 60])
def test_a_name_of_300_characters_is_no_obstacle(service: str) -> None:
    long = "Pemeriksaan lapangan " * 14 + "akhir"
    assert len(long) > 290
    events = [(f"{long} {number}", f"{long} {number}", f"{long} {number}") for number in range(12)]
    retelling = told(case(long, *events), service=service)
    assert len(retelling.cast.workflow.steps) == 12
    assert len({desk.code for desk in retelling.cast.desks}) == 12
    assert check_workflow(retelling.cast.workflow, plan(retelling)) == ()
    assert walk(retelling, retelling.cases[0]).outcome is Outcome.CLOSED


def test_moves_carry_the_times_and_people_of_the_log() -> None:
    log = receipts()
    retelling = retell(log, service="receipt")
    for told_case, retold in zip(log.cases, retelling.cases, strict=True):
        assert [(one.at, one.actor) for one in retold.moves] == [
            (event.at, event.resource or UNKNOWN) for event in told_case.events
        ]
        assert isinstance(retold.moves[0].said, Submission)
        assert all(isinstance(one.said, Decision) for one in retold.moves[1:])


def test_attributes_of_a_case_become_its_facts() -> None:
    closed = datetime(2025, 3, 2, 8, 0, tzinfo=UTC)
    retelling = told(case("a", RECEIVE, channel="Internet", amount=12.5, urgent=True, since=closed))
    said = retelling.cases[0].moves[0].said
    assert isinstance(said, Submission)
    assert said.facts == {
        "channel": "Internet",
        "amount": 12.5,
        "urgent": True,
        "since": "2025-03-02T08:00:00.000000Z",
    }
    assert said.imported_case == "a"


def test_a_log_that_tells_when_its_cases_were_due_gives_a_service_that_is_late_when_the_log_says_so() -> None:
    due, ended = AT + timedelta(days=1), AT + timedelta(days=2)
    first = case("a", RECEIVE, CHECK, Deadline=due, endDate=ended, startdate=AT, closed=ended)
    second = case("b", RECEIVE, Deadline=ended, endDate=due, DueDate="soon")
    retelling = told(first, second)
    clock = retelling.cast.workflow.clock
    assert (clock.due_fact, clock.began_fact, clock.ended_fact) == ("Deadline", "startdate", "endDate")
    for retold, at in zip(retelling.cases, (due, ended), strict=True):
        assert walk(retelling, retold).promise_due == at


def test_a_log_that_tells_no_moment_its_cases_were_due_promises_nothing() -> None:
    retelling = told(case("a", RECEIVE, deadline="56 days", enddate=AT))
    assert retelling.cast.workflow.clock == Clock()
    assert walk(retelling, retelling.cases[0]).promise_due is None


def test_open_cases_stay_open_and_closed_ones_end() -> None:
    retelling = retell(receipts(), service="receipt")
    ended = {one.name: walk(retelling, one) for one in retelling.cases}
    assert {name: one.outcome for name, one in ended.items()} == {
        "case-1": Outcome.CLOSED,
        "case-2": Outcome.CLOSED,
        "case-3": Outcome.CLOSED,
        "case-4": None,
        "case-5": Outcome.CLOSED,
        "case-6": Outcome.CLOSED,
    }
    assert ended["case-4"].step == "left-open"
    assert retelling.cast.workflow.steps["left-open"].desks == ("receipt.teknis",)


def test_cases_without_an_event_are_counted_and_left_out() -> None:
    retelling = told(case("a", RECEIVE), LogCase(name="empty"))
    assert ([one.name for one in retelling.cases], retelling.empty_cases) == (["a"], 1)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("wabo-receipt.xes.gz", "wabo-receipt"),
        ("/data/logs/BPI Challenge 2012.XES", "bpi-challenge-2012"),
        ("C:\\logs\\Log.xml", "log"),
        ("檢查.xes", "x"),
        ("x" * 300 + ".xes", "x" * 60),
        (".xes", "x"),
    ],
)
def test_a_file_gives_the_service_its_code(name: str, code: str) -> None:
    assert service_code(name) == code


@pytest.mark.parametrize("traces", ["", '<trace><string key="concept:name" value="a"/></trace>'])
def test_a_log_without_an_event_is_told_by_its_file(tmp_path: Path, traces: str) -> None:
    path = tmp_path / "nothing.xes"
    path.write_text(f"<log>{traces}</log>", encoding="utf-8")
    with pytest.raises(MalformedField, match=r"nothing\.xes: it has no event"):
        retelling_of(path, None)


# --- random logs ---------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["Terima", "terima", "Periksa", "origin", "closed", "left-open", "檢查", "é", "e", "", " ", "a" * 300, "a" * 301]
)
EVENTS = st.builds(
    LogEvent,
    activity=WORDS,
    at=st.integers(0, 5).map(lambda minutes: AT + timedelta(minutes=minutes)),
    resource=st.none() | WORDS,
    group=st.none() | WORDS,
    role=st.none() | WORDS,
)
ATTRIBUTES: st.SearchStrategy[dict[str, AttributeValue]] = st.dictionaries(
    st.sampled_from(["endDate", "channel"]), st.sampled_from([0, 1.5, True, "", "2025-03-02", "檢查"]), max_size=2
)


@st.composite
def logs(draw: st.DrawFn) -> EventLog:
    told_cases = draw(st.lists(st.tuples(st.lists(EVENTS, min_size=1, max_size=6), ATTRIBUTES), min_size=1, max_size=5))
    return EventLog(
        cases=tuple(
            LogCase(name=f"case-{number}", events=tuple(sorted(events, key=lambda one: one.at)), attributes=attributes)
            for number, (events, attributes) in enumerate(told_cases)
        )
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(log=logs())
@example(log=receipts())
def test_whatever_the_log_its_route_is_sound_and_every_case_walks_it(log: EventLog) -> None:
    retelling = retell(log, service="receipt")
    workflow = retelling.cast.workflow
    assert check_workflow(workflow, plan(retelling)) == ()
    book = counted(workflow)
    for told_case, retold in zip(log.cases, retelling.cases, strict=True):
        application = walk(retelling, retold, book)
        # Every event is one decision; before every one but the first, the document arrived.
        assert application.version == 2 * len(told_case.events) - 1
        assert application.step in {"closed", "left-open"}
        assert application.is_open == (application.step == "left-open")
        steps = [one.label.id for one in workflow.steps.values()]
        assert {event.activity[:300] or UNKNOWN for event in told_case.events} <= set(steps)
