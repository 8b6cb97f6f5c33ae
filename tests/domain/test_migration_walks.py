"""Whatever an application has been through and whatever the new version is: it goes over or stays, and can end."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.domain.crossing import NoPlace
from routing.domain.people import Assignment
from routing.domain.workflow import Outcome
from tests.domain.people_of_the_mall import LAST_YEAR, person
from tests.domain.two_versions import Crossed, permit

TEAM = ("pupr", "dishub", "bapenda", "satpol-pp")
DESKS = (*TEAM, "loket-pendaftaran", "loket-penyerahan", "verifikasi", "pengecekan-sk", "koordinator-tim")


def officer(role: str):
    """Somebody who may decide at every desk in that role."""
    held = tuple(Assignment(role=role, desk=desk, since=LAST_YEAR) for desk in DESKS)
    return replace(person(role, role, None), assignments=held)


OFFICERS = {role: officer(role) for role in ("front-desk", "verifier", "technical-officer", "team-coordinator")}


@st.composite
def versions(draw: st.DrawFn):
    team = tuple(draw(st.lists(st.sampled_from(TEAM), min_size=1, max_size=4, unique=True)))
    joins = ["all", "any", *range(1, len(team) + 1), *([None] if len(team) == 1 else [])]
    code, desk = draw(st.sampled_from(["verify", "examine"])), draw(st.sampled_from(["verifikasi", "pengecekan-sk"]))
    counter = draw(st.sampled_from(["loket-pendaftaran", "loket-penyerahan"]))
    return permit(team=team, join=draw(st.sampled_from(joins)), verify=code, desk=desk, repair={"desks": [counter]})


def says_something(walk: Crossed, chance: random.Random, *, with_returns: bool) -> None:
    visit = chance.choice(walk.open_visits)
    possible = walk.book.possible(visit.step, visit.origin_step, visit.desk)
    wanted = [one for one in possible if with_returns or one != "return"]
    role = walk.book.workflow.steps[visit.step].roles[0]
    walk.decides(OFFICERS[role], chance.choice(wanted), visit=visit.no)


@settings(max_examples=80, deadline=None)
@given(old=versions(), new=versions(), newest=versions(), moves=st.integers(0, 7), seed=st.integers(0, 2**20))
def test_every_application_goes_over_or_stays_and_can_be_brought_to_its_end(old, new, newest, moves, seed) -> None:
    chance = random.Random(seed)
    walk = Crossed(old, papers=())
    for version in (new, newest):
        for _ in range(moves):
            if walk.application.is_open and walk.application.step != "report":
                says_something(walk, chance, with_returns=True)
        before = walk.application
        try:
            code = "examine" if "examine" in version.steps else "verify"
            walk.goes_over(version, verify=code, examine=code)
        except NoPlace:
            assert walk.application == before
        else:
            assert walk.application.workflow == version.content_hash
            assert_in_order(walk)
    for _ in range(40):
        if walk.application.is_open:
            says_something(walk, chance, with_returns=False)
    assert walk.application.outcome is Outcome.GRANTED


def assert_in_order(walk: Crossed) -> None:
    """It lies where its version has desks, nowhere twice, and no desk of the team is both heard and waited for."""
    steps = walk.book.workflow.steps
    for visit in walk.open_visits:
        assert visit.desk in steps[visit.step].every_desk
    assert len({(visit.step, visit.desk, visit.origin_desk) for visit in walk.open_visits}) == len(walk.open_visits)
    step = steps[walk.application.step]
    if step.join is not None:
        counted = sum(
            int(value or 0) for key, value in walk.application.facts.items() if key.startswith("opinions.team.")
        )
        assert counted < step.opinions_needed
        assert counted + len(walk.open_visits) == len(step.desks)
