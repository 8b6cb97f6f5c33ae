"""The advertising permit as an office walks it: four agencies at once, a payment by the applicant."""

from collections.abc import Callable

import pytest

from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, read_workflow
from routing.domain.errors import DecisionNotPossible
from routing.domain.workflow import Outcome
from tests.domain.people_of_the_mall import (
    BUDI,
    DEDI,
    EKO,
    IDA,
    JOKO,
    LINA,
    OMAR,
    PUTU,
    RATNA,
    TINI,
    WAYAN,
    YUDI,
    Walk,
)

OFFICE, _ = read_office(default_folder() / "office")
REKLAME, FINDINGS = read_workflow(default_folder() / "izin-reklame.yaml", OFFICE)
PAPERS = ("form", "id-card", "nib", "npwp", "site", "content", "structure", "land")


def where(walk: Walk) -> tuple[str, ...]:
    return walk.where


def registered() -> Walk:
    assert REKLAME is not None, FINDINGS
    return Walk(REKLAME, papers=PAPERS)


def with_the_team() -> Walk:
    return registered().decides(OMAR, "forward").decides(YUDI, "invite")


def before_the_meeting() -> Walk:
    walk = with_the_team().decides(JOKO, "assess").decides(PUTU, "recommend")
    return walk.decides(DEDI, "recommend").decides(TINI, "recommend")


def to_be_paid() -> Walk:
    return before_the_meeting().decides(LINA, "agree")


def to_be_signed() -> Walk:
    return to_be_paid().decides(EKO, "paid").decides(WAYAN, "forward")


def refused_by_the_team() -> Walk:
    return with_the_team().decides(JOKO, "assess").decides(PUTU, "refuse", reason="Mengganggu pandangan pengemudi")


def test_the_permit_goes_through_four_agencies_at_once_and_is_paid_before_the_decree() -> None:
    assert with_the_team().where == ("team", "pupr", "dishub", "bapenda", "satpol-pp")
    assert to_be_paid().where == ("pay", "loket-pembayaran")
    ended = to_be_signed().decides(RATNA, "sign").decides(BUDI, "hand-over")
    assert ended.application.outcome is Outcome.GRANTED


def test_a_decree_is_not_drafted_before_the_bill_is_paid() -> None:
    with pytest.raises(DecisionNotPossible):
        to_be_paid().decides(EKO, "forward")


def test_a_refusal_of_one_agency_recalls_the_others_and_is_signed_by_the_head() -> None:
    walk = refused_by_the_team()
    assert [(entry.kind, entry.desk) for entry in walk.last.entries] == [
        ("decided", "satpol-pp"),
        ("recalled", "pupr"),
        ("recalled", "dishub"),
    ]
    assert walk.decides(RATNA, "sign").application.outcome is Outcome.REFUSED


def test_what_public_works_returns_comes_back_to_public_works_alone() -> None:
    walk = with_the_team().decides(DEDI, "return", reason="Hitungan belum ada", requirements=("structure",))
    walk.decides(TINI, "recommend").decides(JOKO, "assess").decides(PUTU, "recommend")
    assert where(walk) == ("team", "loket-pendaftaran")
    walk.decides(IDA, "resubmit")
    assert where(walk) == ("team", "pupr")
    assert walk.decides(DEDI, "recommend").where == ("report", "koordinator-tim")


def returned(walk: Walk, by: object, paper: str) -> Walk:
    return walk.decides(by, "return", reason="Belum sesuai", requirements=(paper,))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("back", "goal"),
    [
        (lambda: returned(registered(), OMAR, "land"), ("verify", "verifikasi")),
        (lambda: returned(before_the_meeting(), LINA, "bond"), ("report", "koordinator-tim")),
    ],
)
def test_what_is_repaired_goes_back_to_whoever_asked(back: Callable[[], Walk], goal: tuple[str, str]) -> None:
    assert back().decides(IDA, "resubmit").where == goal


def every_walk() -> list[Walk]:
    return [
        to_be_signed().decides(RATNA, "sign").decides(BUDI, "hand-over"),
        refused_by_the_team().decides(RATNA, "sign"),
        with_the_team().decides(DEDI, "refuse", reason="Roboh"),
        with_the_team().decides(DEDI, "return", reason="x", requirements=("structure",)).decides(IDA, "resubmit"),
        returned(registered(), OMAR, "land").decides(IDA, "withdraw"),
        returned(before_the_meeting(), LINA, "bond"),
        before_the_meeting().decides(LINA, "refuse", reason="Tidak layak"),
        to_be_paid().decides(EKO, "cancel"),
        to_be_signed().decides(RATNA, "send-back", reason="Salah ketik").decides(WAYAN, "send-back", reason="x"),
        to_be_signed().decides(RATNA, "refuse", reason="Moratorium"),
    ]


def test_these_walks_say_everything_that_can_be_said() -> None:
    assert REKLAME is not None
    said = {one for walk in every_walk() for one in walk.said}
    known = {(code, decision) for code, step in REKLAME.steps.items() for decision in step.decisions}
    assert known - said == {("register", "accept")}  # Said by registering.
