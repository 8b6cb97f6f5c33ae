"""Anybody can ask the log for its seal and for proofs; nobody can read from them what an entry says."""

import pytest

from routing.actions.seal import begin_log, seal
from routing.domain.checkpoints import opened
from routing.domain.merkle_log import leaf_hash, verify_consistency, verify_inclusion
from tests.web.visitors import WebMall


@pytest.fixture
def sealed(mall: WebMall) -> WebMall:
    with mall.signed_in("ida") as ida:
        ida.registered()
    seal(mall.office)
    return mall


def test_the_newest_checkpoint_is_a_note_in_plain_text(sealed: WebMall) -> None:
    with sealed.visitor() as anybody:
        answer = anybody.client.get("/log/checkpoint")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert opened(answer.text, begin_log(sealed.office).keys).checkpoint.size == 5


def test_proofs_are_enough_to_check_the_log_with(sealed: WebMall) -> None:
    with sealed.visitor() as anybody:
        note = opened(anybody.client.get("/log/checkpoint").text, begin_log(sealed.office).keys).checkpoint
        found = anybody.client.get("/log/inclusion?leaf=1").json()
        grown = anybody.client.get("/log/consistency?from=1&to=5").json()
        first = anybody.client.get("/log/inclusion?leaf=0&size=1").json()
    proof = [bytes.fromhex(one) for one in found["proof"]]
    assert found["size"] == note.size
    assert verify_inclusion(leaf_hash(bytes.fromhex(found["hash"])), 1, note.size, proof, note.root)
    old_root = leaf_hash(bytes.fromhex(first["hash"]))
    assert (grown["from"], grown["to"]) == (1, 5)
    assert verify_consistency(1, 5, old_root, note.root, [bytes.fromhex(one) for one in grown["proof"]])


def test_what_cannot_be_proven_is_refused_in_words(mall: WebMall) -> None:
    with mall.visitor() as anybody:
        ask = anybody.client.get
        headers = {"accept": "application/json"}
        before = [ask(f"/log/{path}", headers=headers) for path in ("checkpoint", "inclusion?leaf=0")]
        assert [(one.status_code, one.json()["code"]) for one in before] == [(404, "nothing_sealed")] * 2
        seal(mall.office)
        beyond = ask("/log/inclusion?leaf=7", headers=headers)
        assert (beyond.status_code, beyond.json()["code"]) == (404, "no_such_proof")
        for path in ("inclusion", "inclusion?leaf=-1", "inclusion?leaf=x", f"consistency?from={2**70}", "consistency"):
            assert ask(f"/log/{path}", headers=headers).status_code == 422, path


def test_who_asks_without_end_is_asked_to_wait(mall: WebMall) -> None:
    mall.office.settings = mall.office.settings.model_copy(update={"log_per_minute": 3})
    seal(mall.office)
    with mall.visitor() as anybody:
        for _ in range(3):
            assert anybody.client.get("/log/checkpoint").status_code == 200
        assert anybody.client.get("/log/checkpoint").status_code == 429
