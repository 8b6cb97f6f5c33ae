"""A permit's way through the pages, as the desks see it."""

from tests.web.visitors import WAY, WebMall


def test_a_permit_goes_from_the_counter_through_every_desk_to_the_hand_over(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida:
        number = ida.registered()
        receipt = ida.get(f"/counter/receipts/{number}").text
    assert "Siti Rahmawati" in receipt
    assert "<svg" in receipt
    for account, desk, decision in WAY:
        with any_mall.signed_in(account) as officer:
            assert number in officer.get(f"/desks/{desk}").text
            answer = officer.decide(number, decision)
            assert answer.status_code == 303, answer.text
            assert number in officer.get(answer.headers["location"]).text
            assert number not in officer.get(f"/desks/{desk}").text
    with any_mall.signed_in("agus") as agus:
        chain = agus.get(f"/audit/applications/{number}").text
    assert "Rantai utuh" in chain
