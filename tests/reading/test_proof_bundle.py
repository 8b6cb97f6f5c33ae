"""What the office hands out holds for the verifier that knows nothing of the office; on both databases."""

import io
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from routing.actions.rotate_log_key import rotate_log_key
from routing.actions.seal import seal
from routing.cli.satuatap_verify import Verdict, compare, judge
from routing.domain.application import Application
from routing.domain.checkpoints import Statement, VerifierKey, cosigned
from routing.domain.errors import UnknownApplication
from routing.office import Office
from routing.reading.proof_bundle import Bundled, NotSealedYet, proof_bundle
from routing.reading.proofs import NothingSealed
from routing.reading.sealed_log import sealed_log
from routing.storage.tables import log_checkpoints
from tests.cli.paper_log import key_of
from tests.domain.people_of_the_mall import OMAR
from tests.mall import Mall


def judged(made: Bundled, *pins: str) -> Verdict:
    return judge(io.BytesIO(made.bundle.bytes()), pins)


def whole(office: Office) -> Verdict:
    return judge(io.BytesIO(b"".join(sealed_log(office))))


def sealed_anew(mall: Mall) -> None:
    """A minute later, so that it is time to sign."""
    mall.clock.advance(timedelta(minutes=2))
    seal(mall.office)


def busy(mall: Mall) -> list[Application]:
    documents = [mall.registers() for _ in range(3)]
    mall.carries()
    mall.decides(documents[0], OMAR, "forward")
    mall.walks(mall.decides(documents[1], OMAR, "return", reason="STR kabur", requirements=("registration",)), [])
    mall.walks(documents[2])
    return documents


def test_the_bundle_of_every_application_holds(mall: Mall) -> None:
    documents = busy(mall)
    seal(mall.office)
    for document in documents:
        made = proof_bundle(mall.office, document.number)
        verdict = judged(made)
        assert verdict.verdict == "good", verdict
        assert verdict.seen.application == document.number
        assert len(made.bundle.entries) == mall.application(document.number).entry_count
        assert made.unsealed == 0
        assert made.bundle.workflows
        assert made.bundle.calendars


def test_what_is_not_sealed_yet_is_left_out_and_counted(mall: Mall) -> None:
    document = mall.registers()
    with pytest.raises(NotSealedYet):
        proof_bundle(mall.office, document.number)
    seal(mall.office)
    sealed = document.entry_count
    mall.walks(document, [(OMAR, "forward")])
    made = proof_bundle(mall.office, document.number)
    assert judged(made).verdict == "good"
    assert (len(made.bundle.entries), made.unsealed) == (sealed, mall.application(document.number).entry_count - sealed)
    sealed_anew(mall)
    assert proof_bundle(mall.office, document.number).unsealed == 0


def test_of_an_application_that_came_after_the_last_seal_nothing_is_proven(mall: Mall) -> None:
    seal(mall.office)
    with pytest.raises(NotSealedYet):
        proof_bundle(mall.office, mall.registers().number)
    with pytest.raises(UnknownApplication):
        proof_bundle(mall.office, "SIP-0000-000000")


def test_a_bundle_of_yesterday_and_one_of_today_are_of_one_log(mall: Mall) -> None:
    one, two = mall.registers(), mall.registers()
    seal(mall.office)
    before = judged(proof_bundle(mall.office, one.number))
    mall.walks(two)
    sealed_anew(mall)
    after = judged(proof_bundle(mall.office, two.number))
    compare(before.seen, after.seen)
    assert compare(before.seen, whole(mall.office).seen), "the whole log proves every bundle of it"
    assert before.seen.size < after.seen.size


def test_whoever_kept_the_first_key_can_check_after_the_log_got_another(mall: Mall) -> None:
    document = mall.registers()
    seal(mall.office)
    first = proof_bundle(mall.office, document.number).bundle.keys[0]
    rotate_log_key(mall.office, actor="rina")
    mall.walks(document, [(OMAR, "forward")])
    sealed_anew(mall)
    made = proof_bundle(mall.office, document.number)
    assert len(made.bundle.keys) == 2
    verdict = judged(made, first)
    assert verdict.verdict == "good", verdict
    assert verdict.seen.signers == [made.bundle.keys[1]]


def test_the_bundle_is_under_a_seal_that_a_witness_holds_where_it_says_as_much(mall: Mall) -> None:
    document = mall.registers()
    seal(mall.office)
    witness = key_of("witness")
    with mall.office.transaction() as tx:
        held = tx.sealed_log.last_seal()
        assert held is not None
        note = cosigned(held.note, "inspektorat", witness, mall.office.now())
        tx.sealed_log.keep_anchor(witness="inspektorat", size=held.size, note=note, at=mall.office.now())
    mall.registers()
    sealed_anew(mall)
    made = proof_bundle(mall.office, document.number)
    key = VerifierKey.of("inspektorat", witness, Statement.WITNESS).text
    assert judge(io.BytesIO(made.bundle.bytes()), witnesses=[key]).verdict == "good"
    mall.walks(document, [(OMAR, "forward")])
    sealed_anew(mall)
    made = proof_bundle(mall.office, document.number)
    assert made.unsealed == 0, "nobody outside holds the newest entries, and they are shown all the same"
    assert judge(io.BytesIO(made.bundle.bytes()), witnesses=[key]).code == "witness"


def test_the_whole_log_holds_and_is_complete(mall: Mall) -> None:
    with pytest.raises(NothingSealed):
        whole(mall.office)
    busy(mall)
    seal(mall.office)
    verdict = whole(mall.office)
    assert verdict.verdict == "good", verdict
    with mall.office.reading() as connection:
        assert verdict.seen.count == connection.execute(sa.select(log_checkpoints.c.size)).scalar_one()


def test_nothing_personal_is_in_a_bundle(mall: Mall) -> None:
    document = mall.registers()
    mall.carries()
    mall.decides(document, OMAR, "return", reason="STR kabur", requirements=("registration",))
    seal(mall.office)
    raw = proof_bundle(mall.office, document.number).bundle.bytes().decode()
    assert "Lestari" not in raw
    assert "3579014107900001" not in raw
    assert "STR kabur" not in raw
    assert json.loads(raw)["application"] == document.number
