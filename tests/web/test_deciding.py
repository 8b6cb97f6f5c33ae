"""The form of a decision: what it collects, the reasons it offers, every defect at once, and what forbids it."""

from datetime import timedelta

from tests.web.api.programs import Program
from tests.web.many_ways import new_permit, opens_many_ways
from tests.web.visitors import PASSWORD, WebMall


def test_what_a_survey_found_is_asked_field_by_field_and_shown_afterwards(mall: WebMall) -> None:
    opens_many_ways(mall)
    number = Program(mall, "ida").registers(**new_permit())
    with mall.signed_in("omar") as omar:
        assert omar.decide(number, "forward").status_code == 303
    with mall.visitor() as surya:
        surya.sign_in("surya", PASSWORD)
        wrong = surya.decide(number, "report", **{"finding-slope": "curam", "finding-safe": "yes"})
        assert wrong.status_code == 422
        assert 'value="curam"' in wrong.text
        assert 'id="problem-slope"' in wrong.text
        assert 'id="problem-safe"' not in wrong.text
        assert surya.decide(number, "report", **{"finding-slope": "7,5", "finding-safe": "yes"}).status_code == 303
        page = surya.get(f"/applications/{number}").text
    assert "7,5 %" in page


def test_a_refusal_offers_its_reasons_and_takes_one_of_them(mall: WebMall) -> None:
    opens_many_ways(mall)
    number = Program(mall, "ida").registers(**new_permit())
    with mall.signed_in("omar") as omar:
        none = omar.decide(number, "refuse", reason="di luar zona")
        assert none.status_code == 422
        assert "di luar zona" in none.text
        assert omar.decide(number, "refuse", chosen=["zone"]).status_code == 303
        assert "Di luar zona" in omar.get(f"/applications/{number}").text


def test_every_defect_is_written_at_once_and_nothing_typed_is_lost(mall: WebMall) -> None:
    opens_many_ways(mall)
    number = Program(mall, "ida").registers(**new_permit())
    with mall.signed_in("omar") as omar:
        wordless = omar.decide(number, "return", requirement=["plan"])
        assert wordless.status_code == 422
        too_long = "a" * 5000
        kept = omar.decide(
            number, "return", reason=too_long, **{"wrong-plan": "tanpa skala", "mend-form": "tanda tangani"}
        )
        assert kept.status_code in (413, 422)
        assert 'value="tanpa skala"' in kept.text
        assert 'value="tanda tangani"' in kept.text
        sent = omar.decide(number, "return", **{"wrong-plan": "tanpa skala", "mend-plan": "gambar ulang"})
        assert sent.status_code == 303
    with mall.signed_in("ida") as ida:
        page = ida.get(f"/applications/{number}").text
    assert "Denah: tanpa skala → gambar ulang" in page


def test_a_decision_that_the_facts_forbid_is_not_offered_and_says_why(mall: WebMall) -> None:
    opens_many_ways(mall)
    number = Program(mall, "ida").registers(**new_permit(20))
    with mall.signed_in("omar") as omar:
        claim = f"/applications/{number}/visits/2/claim"
        omar.send(f"/applications/{number}", claim)
        page = omar.get(f"/applications/{number}").text
        assert f"/applications/{number}/visits/2/decide/refer" not in page
        assert "form.area &gt; 10000" in page
        forbidden = omar.get(f"/applications/{number}/visits/2/decide/refer")
        assert forbidden.status_code == 409
        assert "form.area &gt; 10000" in forbidden.text


def test_what_was_stopped_is_taken_up_again_by_a_button(mall: WebMall) -> None:
    opens_many_ways(mall)
    number = Program(mall, "ida").registers(**new_permit())
    with mall.signed_in("omar") as omar:
        assert omar.decide(number, "return", **{"wrong-plan": "tanpa skala"}).status_code == 303
    mall.clock.now += timedelta(days=10)
    with mall.signed_in("ida") as ida:
        assert ida.decide(number, "stop").status_code == 303
        page = ida.get(f"/applications/{number}").text
        assert f'action="/applications/{number}/resume"' in page
        back = ida.send(f"/applications/{number}", f"/applications/{number}/resume", {"reason": "sudah lengkap"})
        assert back.status_code == 303
        page = ida.get(f"/applications/{number}").text
        assert "sudah lengkap" in page
        assert f'action="/applications/{number}/resume"' not in page
    with mall.signed_in("omar") as omar:
        assert "/resume" not in omar.get(f"/applications/{number}").text
