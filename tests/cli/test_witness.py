"""A witness at a real address: what it takes, what it refuses and keeps, and that it never forgets by itself."""

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from routing.actions.keep_accounts import assign, open_account
from routing.actions.rotate_log_key import rotate_log_key
from routing.actions.seal import begin_log, seal
from routing.cli.main import main
from routing.cli.witness_window import window
from routing.domain.checkpoints import Statement, VerifierKey, opened, stated
from routing.domain.people import ADMINISTRATOR
from routing.office import Office
from routing.vault.witness_store import WitnessStore
from routing.web.app import make_web
from tests.actions.test_begin_incarnation import begins
from tests.actions.test_guard_log import cut
from tests.actions.test_seal import leaves_of, rewrite
from tests.clock import Clock
from tests.databases import new_database
from tests.mall import Mall
from tests.waiting import wait_until

Run = Callable[..., tuple[int, dict, str]]
NAME = "inspektorat.example.go.id/saksi"


@dataclass
class Served:
    """An office's log at a real address; another office can be put in its place."""

    mall: Mall
    clock: Clock
    address: str
    show: Callable[[Office], None]

    @property
    def office(self) -> Office:
        return self.mall.office

    def grows(self) -> int:
        """An application more, sealed; how many entries there are."""
        self.mall.registers()
        self.clock.advance(timedelta(minutes=2))
        made = seal(self.office).seal
        assert made is not None
        return made.size

    @property
    def key(self) -> str:
        return begin_log(self.office).key.text


@pytest.fixture
def served(sqlite_mall: Mall, clock: Clock) -> Iterator[Served]:
    seal(sqlite_mall.office)
    web = make_web(sqlite_mall.office)
    server = uvicorn.Server(uvicorn.Config(web, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until("the pages are there", lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(sqlite_mall, clock, f"http://127.0.0.1:{port}", lambda office: setattr(web.state, "office", office))
    server.should_exit = True
    thread.join()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "saksi"


@pytest.fixture
def looks(
    served: Served, store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict, str]]:
    """The witness looks once; without any of this office's settings."""
    for name in list(os.environ):
        if name.startswith("SATUATAP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SATUATAP_MISSPELT", "a setting of an office would be refused for this")

    def looks(*words: str, at: str | None = None) -> tuple[int, dict, str]:
        asked = ["audit", "witness", "--store", str(store), "--log", at or served.address, "--json", "--once", *words]
        monkeypatch.setattr(sys, "argv", ["satuatap", *asked])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, json.loads(told.out), told.err

    return looks


def pin(looks: Run, served: Served) -> None:
    assert looks("--key", served.key, "--name", NAME)[0] == 0


def proofs(store: Path) -> list[dict]:
    folder = store / "misbehaviour"
    return [json.loads(one.read_text()) for one in sorted(folder.iterdir())] if folder.exists() else []


def test_the_first_time_takes_the_key_by_hand_and_the_line_goes_back(served: Served, looks: Run, store: Path) -> None:
    code, said, _ = looks()
    assert (code, said["error"]["code"]) == (1, "pinned_key_needed")
    wrong = VerifierKey.of(begin_log(served.office).origin, Ed25519PrivateKey.generate())
    code, said, _ = looks("--key", wrong.text)
    assert (code, said["error"]["code"]) == (1, "not_the_pinned_log")
    for malformed in ("nonsense", VerifierKey.of(NAME, Ed25519PrivateKey.generate(), Statement.WITNESS).text):
        assert looks("--key", malformed)[1]["error"]["code"] == "malformed_field"
    code, said, _ = looks("--key", served.key, "--name", NAME)
    assert (code, said["before"], said["size"], said["handed_back"]) == (0, None, 1, False)
    assert "SATUATAP_WITNESSES" in said["problem"]
    assert (store / "witness.key").stat().st_mode & 0o777 == 0o600
    # The office takes it in its settings; the same line is offered again.
    served.office.settings = served.office.settings.model_copy(update={"witnesses": said["witness"]})
    code, said, _ = looks()
    assert (code, said["before"], said["size"], said["handed_back"]) == (0, 1, 1, True)
    shown = httpx2.get(f"{served.address}/log/checkpoint").text
    found = opened(shown, (*begin_log(served.office).keys, VerifierKey.parsed(said["witness"])))
    assert [key.text for key, _ in found.witnesses] == [said["witness"]]
    code, said, _ = looks("--key", wrong.text)
    assert (code, said["error"]["code"]) == (1, "another_key_pinned")


def test_a_witness_that_was_away_catches_up_with_one_proof(served: Served, looks: Run) -> None:
    pin(looks, served)
    sizes = [served.grows() for _ in range(3)]
    code, said, _ = looks()
    assert (code, said["before"], said["size"]) == (0, 1, sizes[-1])
    code, said, err = looks(at="http://127.0.0.1:9")
    assert (code, said["error"]["code"]) == (3, "log_away"), err
    assert looks()[:1] == (0,)


def test_a_log_that_became_shorter_is_refused_and_both_notes_are_kept(served: Served, looks: Run, store: Path) -> None:
    served.grows()
    pin(looks, served)
    served.grows()
    assert looks()[1]["size"] == 5
    cut(served.office, 3)
    for _ in range(2):
        code, said, _ = looks()
        assert (code, said["error"]["code"]) == (1, "log_misbehaved")
        message = said["error"]["message"]
        assert "has become shorter" in message
        (proof,) = proofs(store)
        held, shown = stated(proof["held"]), stated(proof["shown"])
        assert (held.size, shown.size) == (5, 3)
        # Both are signed by the log itself, which is what makes them a proof.
        for note in (proof["held"], proof["shown"]):
            opened(note, begin_log(served.office).keys)
        assert held.root.hex() in message
        assert shown.root.hex() in message


@pytest.fixture
def fork(served: Served, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mall]:
    """The same log in another life: its key and its name, and other entries."""
    with new_database(request, "sqlite", tmp_path / "fork") as settings:
        shutil.copy(served.office.settings.log_key, settings.log_key)
        origin = begin_log(served.office).origin
        office = Office(settings.model_copy(update={"log_origin": origin}), clock=served.clock)
        yield Mall(office, served.clock)
        office.close()


def test_a_fork_signed_with_the_real_key_is_refused(served: Served, looks: Run, store: Path, fork: Mall) -> None:
    pin(looks, served)
    served.grows()
    assert looks()[0] == 0
    served.show(fork.office)
    # As large as what is held, and then larger: no proof leads from the one to the other.
    for size in (3, 5):
        fork.registers()
        served.clock.advance(timedelta(minutes=2))
        made = seal(fork.office).seal
        assert made is not None
        assert made.size == size
        code, said, _ = looks()
        assert (code, said["error"]["code"]) == (1, "log_misbehaved"), size
        assert "has been rewritten" in said["error"]["message"]
    assert sorted(stated(one["shown"]).size for one in proofs(store)) == [3, 5]
    served.show(served.office)
    assert looks()[0] == 0


def test_a_log_that_says_it_never_was_is_refused(served: Served, looks: Run, store: Path, fork: Mall) -> None:
    served.show(fork.office)
    code, said, _ = looks("--key", served.key)
    assert (code, said["error"]["code"]) == (3, "log_away")
    served.show(served.office)
    pin(looks, served)
    served.show(fork.office)
    code, said, _ = looks()
    assert (code, said["error"]["code"]) == (1, "log_misbehaved")
    assert [one["shown"] for one in proofs(store)] == [""]


def test_a_key_that_the_old_one_signed_is_followed(served: Served, looks: Run) -> None:
    pin(looks, served)
    rotate_log_key(served.office, actor="kepala")
    served.grows()
    rotate_log_key(served.office, actor="kepala")
    served.grows()
    code, said, _ = looks()
    assert (code, said["size"]) == (0, 7)
    # Whoever pins the newest by hand means the same log.
    assert looks("--key", served.key)[0] == 0


def test_a_torn_or_changed_store_is_told_and_never_begun_anew(served: Served, looks: Run, store: Path) -> None:
    pin(looks, served)
    held = store / "held.json"
    whole = held.read_text()
    for damaged in (whole[:40], "", "[]", whole.replace(stated(json.loads(whole)["note"]).origin, "another/log/1")):
        held.write_text(damaged)
        code, said, _ = looks("--key", served.key)
        assert (code, said["error"]["code"]) == (3, "witness_store_unusable")
        assert "held.json is damaged" in said["error"]["message"]
    held.write_text(whole)
    assert looks()[0] == 0


def test_an_incarnation_is_accepted_by_a_person_and_by_nobody_else(served: Served, looks: Run, store: Path) -> None:
    office = served.office
    two_administrators(office)
    served.grows()
    pin(looks, served)
    served.grows()
    assert looks()[1]["size"] == 5
    cut(office, 3)
    begun = begins(office, ("kadek", "nyoman"))
    for _ in range(2):
        code, said, _ = looks()
        assert (code, said["error"]["code"]) == (1, "log_began_anew")
        for told in ("5 entries", "3", "kadek + nyoman", begun.lost.root.hex()):
            assert told in said["error"]["message"]
    code, said, _ = looks("--accept-incarnation")
    assert (code, said["origin"], said["size"]) == (0, begun.key.name, 4)
    served.grows()
    assert looks()[0] == 0
    (kept,) = proofs(store)
    assert stated(kept["held"]).size == 5


def test_an_incarnation_that_forgets_what_was_witnessed_is_not_accepted(served: Served, looks: Run) -> None:
    office = served.office
    two_administrators(office)
    served.grows()
    pin(looks, served)
    known = office.settings.last_checkpoint.read_text()
    served.grows()
    assert looks()[1]["size"] == 5
    cut(office, 2)
    # The office remembers a seal of 3 only.
    office.settings.last_checkpoint.write_text(known)
    begins(office, ("kadek", "nyoman"))
    code, said, _ = looks("--accept-incarnation")
    assert (code, said["error"]["code"]) == (1, "log_misbehaved")
    assert "as if it had never come so far" in said["error"]["message"]


def test_an_incarnation_of_a_log_that_was_changed_far_back_is_not_accepted(served: Served, looks: Run) -> None:
    """What is held last is lost; what was held before that shows what the restored log must be."""
    office = served.office
    two_administrators(office)
    served.grows()
    pin(looks, served)
    served.grows()
    assert looks()[1]["size"] == 5
    rewrite(office, [(*leaf[:3], bytes(32) if leaf[0] == 2 else leaf[3]) for leaf in leaves_of(office)[:4]])
    assert begins(office, ("kadek", "nyoman")).restored == 4
    code, said, _ = looks("--accept-incarnation")
    assert (code, said["error"]["code"]) == (1, "log_misbehaved")
    assert "has been rewritten" in said["error"]["message"]


def two_administrators(office: Office) -> None:
    for code in ("kadek", "nyoman"):
        open_account(office, code=code, name=code.title())
        assign(office, code, [(ADMINISTRATOR, None)])


def test_the_window_shows_the_last_line_and_the_key_and_nothing_else(served: Served, looks: Run, store: Path) -> None:
    pin(looks, served)
    kept = WitnessStore(store)
    who = kept.witness(None)
    held = kept.held(who)
    assert held is not None
    with window("127.0.0.1", 0, {"/checkpoint": lambda: held.note, "/key": lambda: None}) as address:
        assert httpx2.get(f"{address}/checkpoint").text == held.note
        assert [httpx2.get(f"{address}{path}").status_code for path in ("/key", "/", "/../held.json")] == [404] * 3
        assert httpx2.post(f"{address}/checkpoint").status_code == 501
