"""Anybody can ask the log for its seal and for proofs; nobody can read from them what an entry says."""

import json
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.actions.guard_log import guard
from routing.actions.rotate_log_key import rotate_log_key
from routing.actions.seal import begin_log, seal
from routing.actions.take_cosignature import Taken, take_cosignature
from routing.domain.checkpoints import Checkpoint, Statement, VerifierKey, cosigned, opened, signed
from routing.domain.merkle_log import leaf_hash, verify_consistency, verify_inclusion
from routing.reading.sealed_chains import verify_sealed_log
from routing.storage.tables import log_anchors
from routing.storage.transaction import Transaction
from routing.vault.log_key import read_signing_key
from tests.actions.test_guard_log import cut
from tests.web.visitors import SERVICE, WebMall, hidden_fields, registration_fields

WITNESS = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))
NAME = "inspektorat.example.go.id/saksi"


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


def known_witness(mall: WebMall) -> None:
    key = VerifierKey.of(NAME, WITNESS, Statement.WITNESS)
    mall.office.settings = mall.office.settings.model_copy(update={"witnesses": key.text})


def test_a_witness_hands_its_line_back_and_everybody_sees_it(any_mall: WebMall) -> None:
    mall = any_mall
    known_witness(mall)
    seal(mall.office)
    with mall.visitor() as witness:
        note = witness.client.get("/log/checkpoint").text
        size = opened(note, begin_log(mall.office).keys).checkpoint.size
        line = cosigned(note, NAME, WITNESS, mall.office.now())
        for _ in range(2):
            answer = witness.client.post("/log/cosignatures", content=line)
            assert (answer.status_code, answer.json()) == (200, {"size": size, "witnesses": [NAME]})
        shown = witness.client.get("/log/checkpoint").text
    assert shown == line
    with mall.office.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(log_anchors)).scalar() == 1
        entries = Transaction(connection).office_log.of_kind("witness-cosigned")
    # The first line of a witness is an entry, and only the first.
    assert [(entry.actor, entry.said["size"]) for entry in entries] == [(NAME, size)]
    assert verify_sealed_log(mall.office).problems == ()


def test_of_what_is_handed_back_only_the_line_of_the_witness_is_kept(any_mall: WebMall) -> None:
    """Whoever adds lines of their own to a witness's would have them shown by the log for ever."""
    mall = any_mall
    known_witness(mall)
    seal(mall.office)
    stranger = Ed25519PrivateKey.from_private_bytes(bytes([8] * 32))
    with mall.visitor() as anybody:
        note = anybody.client.get("/log/checkpoint").text
        line = cosigned(note, NAME, WITNESS, mall.office.now())
        again = cosigned(line, NAME, WITNESS, mall.office.now() + timedelta(seconds=1))
        answer = anybody.client.post("/log/cosignatures", content=cosigned(again, "junk", stranger, mall.office.now()))
        assert (answer.status_code, answer.json()["witnesses"]) == (200, [NAME])
        assert anybody.client.get("/log/checkpoint").text == line


def test_however_many_bring_one_line_at_once_it_is_kept_once(any_mall: WebMall) -> None:
    mall = any_mall
    known_witness(mall)
    made = seal(mall.office).seal
    assert made is not None
    line = cosigned(made.note, NAME, WITNESS, mall.office.now())
    together, taken = threading.Barrier(4), list[Taken]()

    def bring() -> None:
        together.wait()
        taken.append(take_cosignature(mall.office, line))

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [Taken(made.size, (NAME,))] * 4
    with mall.office.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(log_anchors)).scalar() == 1
        assert len(Transaction(connection).office_log.of_kind("witness-cosigned")) == 1


def test_what_no_known_witness_has_signed_is_not_taken(sealed: WebMall) -> None:
    with sealed.visitor() as anybody:
        note = anybody.client.get("/log/checkpoint").text
        line = cosigned(note, NAME, WITNESS, sealed.office.now())
        stated = opened(note, begin_log(sealed.office).keys).checkpoint
        key = read_signing_key(sealed.office.settings.log_key)
        fork = signed(Checkpoint(stated.origin, stated.size, bytes(32)), key)
        # Nobody is a witness yet; then: no line, a false one, a seal that is not ours, and nothing at all.
        assert anybody.client.post("/log/cosignatures", content=line).status_code == 403
        known_witness(sealed)
        stranger = Ed25519PrivateKey.from_private_bytes(bytes([8] * 32))
        for given in (
            note,
            cosigned(note, NAME, stranger, sealed.office.now()),
            cosigned(fork, NAME, WITNESS, sealed.office.now()),
            line.replace(f"\n{stated.size}\n", "\n3\n", 1),
            "",
            "\x00",
        ):
            answer = anybody.client.post("/log/cosignatures", content=given, headers={"accept": "application/json"})
            assert (answer.status_code, answer.json()["code"]) == (403, "not_cosigned"), given
        assert anybody.client.post("/log/cosignatures", content="x" * 70_000).status_code == 413
        assert anybody.client.post("/log/cosignatures", content=b"\xff").status_code == 422
    with sealed.office.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(log_anchors)).scalar() == 0


def test_the_sheet_of_a_day_holds_its_last_seal(any_mall: WebMall) -> None:
    mall = any_mall
    seal(mall.office)
    day = mall.office.now().date()
    with mall.visitor() as anybody:
        today = anybody.get(f"/log/day/{day}").text
        note = anybody.client.get("/log/checkpoint").text
        assert "Hari ini belum berakhir" in today
        # Of a day without a new seal the one before it is the newest.
        mall.clock.advance(timedelta(days=2))
        sheet = anybody.get(f"/log/day/{day + timedelta(days=1)}").text
        assert note.splitlines()[2] in sheet
        assert "<svg" in sheet
        assert "Hari ini belum berakhir" not in sheet
        for unknown in (day - timedelta(days=1), day + timedelta(days=3), "9999-12-31", "besok", "2026-13-01"):
            assert anybody.get(f"/log/day/{unknown}").status_code == 404, unknown


def test_the_keys_of_the_log_are_told_as_they_were_hashed(sealed: WebMall) -> None:
    rotate_log_key(sealed.office, actor="kepala")
    with sealed.visitor() as anybody:
        said = [json.loads(body) for body in anybody.client.get("/log/keys").json()["entries"]]
    assert [one["kind"] for one in said] == ["log-begun", "key-rotated"]
    assert said[1]["key"] == begin_log(sealed.office).key.text


def test_while_the_log_is_behind_everything_is_read_and_nothing_written(sealed: WebMall) -> None:
    with sealed.signed_in("ida") as ida:
        page = f"/counter/new/{SERVICE}"
        form = hidden_fields(ida.get(page).text, page)
        with sealed.signed_in("agus") as agus:
            assert "SIP-DOKTER" in agus.get("/audit").text
        cut(sealed.office, 2)
        assert guard(sealed.office) is not None
        shown = ida.get("/counter")
        assert shown.status_code == 200
        assert "tidak cocok dengan yang disimpan di luar" in shown.text
        refused = ida.post(page, {**form, **registration_fields()})
        assert refused.status_code == 503
        assert "5 catatan" in refused.text
        assert "2 catatan" in refused.text
        said = ida.client.post(page, data={**form, **registration_fields()}, headers={"accept": "application/json"})
        assert (said.status_code, said.json()["code"]) == (503, "log_behind")
        ready = ida.client.get("/health/ready")
        assert (ready.status_code, ready.json()["reasons"]) == (503, ["log_behind"])
    # Whoever comes anew can sign in to read, and strangers see no banner.
    with sealed.signed_in("ida") as ida:
        assert ida.get("/counter").status_code == 200
    # A halted office is just the one an auditor has to look into.
    with sealed.signed_in("agus") as agus:
        assert "SIP-DOKTER" in agus.get("/audit").text
    with sealed.visitor() as anybody:
        assert "disimpan di luar" not in anybody.get("/").text
