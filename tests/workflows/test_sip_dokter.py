"""The doctor's practice permit, walked on every path by the people of the mall."""

from collections.abc import Callable, Iterator

import pytest

from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, read_workflow
from routing.domain.errors import (
    ApplicationEnded,
    DecisionNotPossible,
    NotAllowed,
    ReasonMissing,
    RequirementMissing,
    RequirementsNotNamed,
)
from routing.domain.people import Person
from routing.domain.state_machine import RuleBook
from routing.domain.workflow import ORIGIN, Outcome, Reason, Workflow
from tests.domain.people_of_the_mall import (
    AGUS,
    ALL_PAPERS,
    BUDI,
    DEWI,
    IDA,
    OMAR,
    RATNA,
    SARI,
    WAYAN,
    Walk,
)


def sip_dokter() -> Workflow:
    office, _ = read_office(default_folder() / "office")
    workflow, findings = read_workflow(default_folder() / "sip-dokter.yaml", office)
    assert workflow is not None, findings
    return workflow


SIP = sip_dokter()


def to_numbering() -> Walk:
    return Walk(SIP).decides(OMAR, "forward").decides(SARI, "recommend")


def to_signature() -> Walk:
    return to_numbering().decides(WAYAN, "forward")


def granted() -> Walk:
    walk = to_signature().decides(RATNA, "sign").decides(DEWI, "forward").decides(BUDI, "hand-over")
    assert walk.where == ("granted",)
    assert walk.application.outcome is Outcome.GRANTED
    return walk


def returned_by_omar() -> Walk:
    walk = Walk(SIP).decides(OMAR, "return", reason="Foto buram", requirements=("photo", "id-card"))
    assert walk.where == ("repair", "loket-pendaftaran")
    return walk


def returned_by_sari() -> Walk:
    walk = Walk(SIP).decides(OMAR, "forward")
    walk.decides(SARI, "return", reason="Alamat praktik berbeda", requirements=("practice-place",))
    assert walk.where == ("repair", "loket-pendaftaran")
    return walk


def test_the_permit_goes_from_the_counter_through_every_desk_to_the_hand_over() -> None:
    walk = granted()
    path = [(visit.step, visit.desk, visit.decided_by) for visit in walk.visits.values()]
    assert path == [
        ("register", "loket-pendaftaran", "ida"),
        ("verify", "verifikasi", "omar"),
        ("recommend", "dinas-kesehatan", "sari"),
        ("number", "penomoran", "wayan"),
        ("sign", "kepala-dinas", "ratna"),
        ("check", "pengecekan-sk", "dewi"),
        ("hand-over", "loket-penyerahan", "budi"),
    ]
    kinds = [entry.kind for entry in walk.entries]
    assert kinds == ["submitted", "decided", *(["arrived", "decided"] * 6)]


def test_nothing_more_is_decided_on_a_permit_that_was_handed_over() -> None:
    walk = granted()
    with pytest.raises(ApplicationEnded):
        walk.decides(BUDI, "hand-over")
    with pytest.raises(ApplicationEnded):
        walk.withdrawn()


@pytest.mark.parametrize(
    ("returned", "asked"),
    [(returned_by_omar, ("verify", "verifikasi")), (returned_by_sari, ("recommend", "dinas-kesehatan"))],
)
def test_what_was_repaired_goes_back_to_the_desk_that_asked(
    returned: Callable[[], Walk], asked: tuple[str, str]
) -> None:
    walk = returned()
    (repair,) = walk.open_visits
    assert (repair.origin_step, repair.origin_desk) == asked
    walk.decides(IDA, "resubmit")
    assert walk.where == asked
    assert [visit.origin_step for visit in walk.open_visits] == [None]


def test_a_file_can_be_returned_by_one_desk_and_then_by_another() -> None:
    walk = returned_by_omar().decides(IDA, "resubmit").decides(OMAR, "forward")
    walk.decides(SARI, "return", reason="SKP kurang", requirements=("credit-points",))
    assert walk.decides(IDA, "resubmit").where == ("recommend", "dinas-kesehatan")


def test_a_return_names_the_requirements_and_a_reason() -> None:
    walk = Walk(SIP)
    with pytest.raises(RequirementsNotNamed, match="photo"):
        walk.decides(OMAR, "return", reason="Foto buram")
    with pytest.raises(ReasonMissing):
        walk.decides(OMAR, "return", requirements=("photo",))
    assert walk.where == ("verify", "verifikasi")


def test_numbering_sends_back_to_the_health_office() -> None:
    walk = to_numbering().decides(WAYAN, "send-back", reason="Rekomendasi tanpa tanggal")
    assert walk.where == ("recommend", "dinas-kesehatan")
    assert walk.decides(SARI, "recommend").where == ("number", "penomoran")


def test_the_head_sends_back_to_numbering() -> None:
    walk = to_signature().decides(RATNA, "send-back", reason="Nomor keliru")
    assert walk.where == ("number", "penomoran")
    assert walk.decides(WAYAN, "forward").where == ("sign", "kepala-dinas")


def refused_by_sari() -> Walk:
    return Walk(SIP).decides(OMAR, "forward").decides(SARI, "refuse", reason="Izin ketiga sudah ada")


def refused_by_ratna() -> Walk:
    return to_signature().decides(RATNA, "refuse", reason="Kompetensi tidak terbukti")


@pytest.mark.parametrize("refused", [refused_by_sari, refused_by_ratna])
def test_a_refusal_is_signed_by_the_head_before_it_ends_the_application(refused: Callable[[], Walk]) -> None:
    walk = refused()
    assert walk.where == ("refusal-letter", "kepala-dinas")
    with pytest.raises(DecisionNotPossible, match="sign"):
        walk.withdrawn()
    ended = walk.decides(RATNA, "sign")
    assert ended.where == ("refused",)
    assert ended.application.outcome is Outcome.REFUSED


def at_verification() -> Walk:
    return Walk(SIP)


def at_the_health_office() -> Walk:
    return Walk(SIP).decides(OMAR, "forward")


@pytest.mark.parametrize("before", [at_verification, at_the_health_office, to_numbering, returned_by_omar])
def test_the_applicant_may_withdraw_before_the_document_lies_with_the_head(
    before: Callable[[], Walk],
) -> None:
    walk = before().withdrawn(reason="Pindah kota")
    assert walk.where == ("withdrawn",)
    assert walk.application.outcome is Outcome.WITHDRAWN
    assert [entry.kind for entry in walk.last.entries] == ["withdrawn", "recalled"]


@pytest.mark.parametrize("too_late", [to_signature, refused_by_ratna])
def test_it_is_too_late_to_withdraw_at_the_heads_desk(too_late: Callable[[], Walk]) -> None:
    with pytest.raises(DecisionNotPossible):
        too_late().withdrawn()


def test_an_applicant_who_is_asked_for_repair_may_withdraw_at_the_counter_instead() -> None:
    walk = returned_by_sari().decides(IDA, "withdraw")
    assert walk.where == ("withdrawn",)


def test_without_the_required_papers_nothing_is_registered() -> None:
    with pytest.raises(RequirementMissing, match="Pas foto 4x6"):
        Walk(SIP, papers=ALL_PAPERS[:-1])
    assert Walk(SIP, papers=(*ALL_PAPERS, "earlier-permits")).where == ("verify", "verifikasi")


@pytest.mark.parametrize("stranger", [IDA, SARI, WAYAN, RATNA, DEWI, BUDI, AGUS])
def test_nobody_but_the_verifier_decides_at_verification(stranger: Person) -> None:
    with pytest.raises(NotAllowed, match="verifier"):
        Walk(SIP).decides(stranger, "forward")


def every_path() -> Iterator[Walk]:
    yield granted()
    for returned in (returned_by_omar, returned_by_sari):
        yield returned().decides(IDA, "resubmit")
        yield returned().decides(IDA, "withdraw")
    yield to_numbering().decides(WAYAN, "send-back", reason="-")
    yield to_signature().decides(RATNA, "send-back", reason="-")
    yield refused_by_sari().decides(RATNA, "sign")
    yield refused_by_ratna()


def test_these_walks_say_everything_that_can_be_said() -> None:
    said = {pair for walk in every_path() for pair in walk.said} | {("register", "accept")}
    can_be_said = {(code, decision) for code, step in SIP.steps.items() for decision in step.decisions}
    assert said == can_be_said


def test_the_desks_share_the_promise_of_nine_working_days() -> None:
    path = ["register", "verify", "recommend", "number", "sign", "check", "hand-over"]
    assert [SIP.steps[code].working_days for code in path] == [0, 1, 3, 2, 2, 1, 0]
    assert SIP.working_days == 9


def test_every_return_and_refusal_takes_a_reason() -> None:
    for step in SIP.steps.values():
        for code, rule in step.decisions.items():
            if code in {"return", "refuse", "send-back"}:
                assert rule.reason is Reason.REQUIRED
            assert rule.names_requirements == (code == "return")


def test_only_the_repair_goes_back_to_its_origin() -> None:
    back = {
        (code, word) for code, step in SIP.steps.items() for word, rule in step.decisions.items() if rule.to == ORIGIN
    }
    assert back == {("repair", "resubmit")}
    assert RuleBook(SIP).possible("repair", "verify") == ("resubmit", "withdraw")
    assert RuleBook(SIP).possible("repair", None) == ("withdraw",)
