"""Two officers of one desk decide at the same moment, while three other desks look at the same document."""

import pytest

from tests.threads import at_once
from tests.web.api.programs import Program
from tests.web.visitors import WebMall

PAPERS = ["form", "id-card", "nib", "npwp", "site", "content", "structure", "land"]
#: The four agencies, who sits there already, and what is said there.
DESKS = {
    "pupr": ("dedi", "recommend"),
    "dishub": ("tini", "recommend"),
    "bapenda": ("jodi", "assess"),
    "satpol-pp": ("putu", "recommend"),
}


@pytest.mark.parametrize(
    "documents", [pytest.param(10, id="forty-times"), pytest.param(125, id="500-times", marks=pytest.mark.slow)]
)
def test_one_wins_and_the_other_is_told_who_it_was_and_when(any_mall: WebMall, documents: int) -> None:
    for desk in DESKS:
        any_mall.add_person(f"lain-{desk}", [("technical-officer", desk)])
    rivals = {desk: (Program(any_mall, first), Program(any_mall, f"lain-{desk}")) for desk, (first, _) in DESKS.items()}
    ida, omar, yudi = (Program(any_mall, who) for who in ("ida", "omar", "yudi"))
    wins = 0
    for _ in range(documents):
        number = ida.registers(service="izin-reklame", papers=PAPERS)
        omar.decides(number, "forward")
        yudi.decides(number, "invite")
        for visit in omar.get(f"/applications/{number}").json()["visits"]:
            wins += _race(number, visit["visit"], DESKS[visit["desk"]][1], rivals[visit["desk"]])
        assert omar.get(f"/applications/{number}").json()["step"] == "report"
    assert wins == 4 * documents


def _race(number: str, visit: int, decision: str, rivals: tuple[Program, Program]) -> int:
    """Both have looked; both click."""
    path = f"/applications/{number}"
    seen = rivals[0].get(path).json()["version"]
    said = {"decision": decision, "visit": visit}
    answers = at_once(*[lambda who=who: who.post(f"{path}/decisions", said, seen=seen) for who in rivals])
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    winner = rivals[[answer.status_code for answer in answers].index(200)]
    (loser,) = (answer for answer in answers if answer.status_code == 409)
    assert loser.json()["code"] in ("not_at_this_desk", "stale_version")
    told = loser.json()["meanwhile"][-1]
    assert (told["actor"], told["decision"]) == (winner.account, decision)
    assert told["actor_name"]
    assert told["at"].endswith("Z")
    return 1
