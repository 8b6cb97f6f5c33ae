"""Whatever people try at the doors of the office, no signal that is called "never" is raised by it."""

import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from routing.actions.claim import claim
from routing.actions.decide import decide
from routing.domain.application import Application
from routing.domain.decision import Decision
from routing.domain.errors import Refusal
from routing.domain.integrity_signals import NEVER
from routing.domain.people import Assignment, Person
from routing.reading.integrity_signals import SignalFilter, signal_counts
from tests.domain.people_of_the_mall import IDA, LAST_YEAR, OMAR, RATNA
from tests.mall import Mall
from tests.reading.test_integrity_signals import opens, registers

#: Who may do everything, and is kept from it by the rules of the route alone.
WAHYU = Person(
    id=9_999,
    code="wahyu",
    name="Wahyu",
    assignments=tuple(
        Assignment(role=role, desk=desk, since=LAST_YEAR)
        for role, desk in (
            ("verifier", "verifikasi"),
            ("head-of-office", "kepala-dinas"),
            ("front-desk", "loket-pendaftaran"),
        )
    ),
)
STRICT = {
    "sign.sign": {"not_by": ["verify"]},
    "verify.refuse": {"reason": "required"},
    "verify.return": {"reason": "required"},
}
DECISIONS = ("forward", "return", "refuse", "sign", "resubmit")


def tries(mall: Mall, document: Application, chance: random.Random) -> str:
    """Somebody does something, sensible or not; the code of the refusal, if there is one."""
    who = mall.id_of(chance.choice((OMAR, RATNA, IDA, WAHYU, WAHYU)))
    said = Decision(decision=chance.choice(DECISIONS), reason=chance.choice(("", " ", "Berkas kurang")))
    try:
        if chance.random() < 0.3:
            with suppress(Refusal, IndexError):
                claim(mall.office, document.number, visit=mall.open_visits(document)[-1].no, person_id=who)
            mall.clock.advance(timedelta(seconds=chance.randrange(3_600)))
        decide(mall.office, document.number, said, person_id=who)
    except Refusal as refusal:
        return refusal.code
    mall.carries()
    return "done"


@pytest.mark.parametrize("seed", range(3))
def test_nobody_raises_what_the_program_itself_refuses(sqlite_mall: Mall, seed: int) -> None:
    chance, told = random.Random(seed), Counter[str]()
    sqlite_mall.hires(WAHYU)
    documents = [opens(sqlite_mall, **STRICT), *(registers(sqlite_mall) for _ in range(3))]
    for _ in range(200):
        no = chance.randrange(len(documents))
        came_to = tries(sqlite_mall, documents[no], chance)
        told[came_to] += 1
        if came_to == "application_ended":
            documents[no] = registers(sqlite_mall)
        sqlite_mall.clock.advance(timedelta(minutes=chance.randrange(90)))
    found = {one.definition.signal: one for one in signal_counts(sqlite_mall.office, SignalFilter())}
    assert {signal: found[signal].found for signal in NEVER} == dict.fromkeys(NEVER, 0)
    assert not any(one.is_at_least for one in found.values())
    # They did try.
    assert told["done"] > 10, told
    assert min(told["four_eyes"], told["reason_missing"]) > 0, told
    assert sum(one.found for one in found.values()) > 0, "and a careless office is seen to be one"
