"""Who may do anything in the database, and what finds him out (docs/audit-log.md has the table).

Real PostgreSQL, a superuser, triggers off. python3 -m tests.acceptance.test_attacks_on_the_log writes the table.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from routing.actions.seal import seal
from routing.cli.satuatap_verify import main
from routing.domain.application import Application
from routing.domain.audit_chain import rfc3339
from routing.domain.checkpoints import VerifierKey, stated
from routing.domain.log_identity import LOG_BEGUN
from routing.office import Office
from routing.reading.chains import verify_chains
from routing.reading.folded_states import verify_states
from routing.reading.proofs import newest_checkpoint
from routing.reading.sealed_chains import verify_sealed_log
from routing.reading.sealed_log import sealed_log
from routing.settings import Settings
from routing.vault.log_key import read_signing_key
from tests.acceptance.administrator import Administrator, Line
from tests.acceptance.outsiders import (
    BUNDLE,
    CHECKPOINT,
    INSIDE,
    KEY,
    RECEIPT,
    WAYS,
    WITNESS,
    Kept,
    Outsiders,
    keep,
    still_seals,
)
from tests.clock import Clock
from tests.databases import Copies, new_database
from tests.domain.people_of_the_mall import IDA, OMAR, SARI
from tests.mall import Mall
from workers.bench.many_open import fill

FORGER = "sari"
HONEST = "nothing: honest books"


@dataclass(frozen=True)
class Honest:
    """An office as it was yesterday and as it is today, each a database to be copied."""

    settings: Settings
    yesterday: str
    today: str
    #: A has ended, B is on its way since yesterday; C came today, and D came last
    documents: tuple[Application, ...]
    #: leaves there were yesterday, and before D came
    size_yesterday: int
    size_before_last: int
    now: datetime
    kept: Kept
    mall: Mall


@pytest.fixture(scope="module")
def honest(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgresql_copies: Copies
) -> Iterator[Honest]:
    """Two days of work."""
    folder, clock, server = tmp_path_factory.mktemp("honest"), Clock(), postgresql_copies.server
    with new_database(request, "postgresql", folder) as settings:
        assert settings.database_url is not None
        name = settings.database_url.get_secret_value().rpartition("/")[2]
        office = Office(settings, clock=clock)
        mall = Mall(office, clock)

        def sealed() -> int:
            clock.advance(timedelta(minutes=2))
            newest = seal(office).seal
            assert newest is not None
            return newest.size

        seal(office)
        first = mall.walks(mall.registers())
        sealed()
        second = mall.walks(mall.registers(), [(OMAR, "forward")])
        office.receipt_key()
        size_yesterday = sealed()
        office.close()
        server.create_database(f"{name}_yesterday", template=name)

        office = Office(settings, clock=clock)
        mall.office = office
        clock.advance(timedelta(days=1))
        second = mall.walks(second, [(SARI, "recommend")])
        third = mall.walks(mall.registers(), [(OMAR, "forward")])
        size_before_last = sealed()
        documents = (first, second, third, mall.registers())
        sealed()
        kept = keep(office, tuple(one.number for one in documents), folder / "kept")
        office.close()
        server.create_database(f"{name}_today", template=name)
        yield Honest(
            settings,
            f"{name}_yesterday",
            f"{name}_today",
            documents,
            size_yesterday,
            size_before_last,
            clock.now,
            kept,
            mall,
        )
        for one in ("yesterday", "today"):
            server.drop_database(f"{name}_{one}")


class Scene:
    """A copy of the office for one attack."""

    def __init__(self, honest: Honest, office: Office, clock: Clock) -> None:
        self.honest, self.office, self.clock = honest, office, clock
        self.administrator = Administrator(office)

    def of(self, letter: str) -> Application:
        return self.honest.documents["ABCD".index(letter)]

    def edited(self, lines: list[Line]) -> list[Line]:
        """B's second decision was somebody else's."""
        return [
            one.saying(actor=FORGER) if (one.application_id, one.said["seq"]) == (self.of("B").id, 3) else one
            for one in lines
        ]

    def without_one(self, lines: list[Line]) -> list[Line]:
        """B never arrived."""
        return [one for one in lines if (one.application_id, one.said["seq"]) != (self.of("B").id, 2)]

    def with_one_more(self, lines: list[Line]) -> list[Line]:
        """B arrived a day earlier, too."""
        place = next(no for no, one in enumerate(lines) if one.application_id == self.of("B").id) + 1
        early = rfc3339(self.honest.now - timedelta(days=9))
        return [*lines[:place], lines[place].saying(at=early), *lines[place:]]

    def from_yesterday_on(self, lines: list[Line]) -> list[Line]:
        """What Omar decided since, another did."""
        size = self.honest.size_yesterday
        return lines[:size] + [
            one.saying(actor=FORGER) if one.said["actor"] == OMAR.code else one for one in lines[size:]
        ]

    def works_on(self) -> str | None:
        """So long that the log is longer than it ever was; why the sequencer does not sign that, if it does not."""
        mall = self.honest.mall
        mall.office, mall.clock = self.office, self.clock
        for _ in range(6):
            mall.registers()
        self.clock.advance(timedelta(minutes=2))
        return still_seals(self.office)

    def key(self) -> Ed25519PrivateKey:
        return read_signing_key(self.office.settings.log_key)


def edit_alone(scene: Scene) -> None:
    scene.administrator.edits_and_forgets_the_hash(scene.of("B").id, 3, FORGER)


def edit_and_chain(scene: Scene) -> None:
    scene.administrator.rewrites(scene.edited, tree=False)


def edit_and_no_seals(scene: Scene) -> None:
    scene.administrator.rewrites(scene.edited)
    scene.administrator.drops_seals()


def delete_and_chain(scene: Scene) -> None:
    scene.administrator.rewrites(scene.without_one, tree=False)


def delete_and_tree(scene: Scene) -> None:
    scene.administrator.rewrites(scene.without_one)


def insert_and_chain(scene: Scene) -> None:
    scene.administrator.rewrites(scene.with_one_more, tree=False)


def insert_and_tree(scene: Scene) -> None:
    scene.administrator.rewrites(scene.with_one_more)


def cut_the_tail(scene: Scene) -> None:
    scene.administrator.cuts_off(scene.honest.size_before_last, [scene.of("D").id])


def nothing(_scene: Scene) -> None:
    """The database itself is another one."""


def fork(scene: Scene) -> None:
    scene.administrator.rewrites(scene.from_yesterday_on)
    scene.administrator.drops_seals(after=scene.honest.size_yesterday)


def fork_with_the_key(scene: Scene) -> None:
    scene.administrator.rewrites(scene.from_yesterday_on)
    scene.administrator.signs_again(scene.key())


def fork_with_a_key_of_his_own(scene: Scene) -> None:
    key = Ed25519PrivateKey.generate()

    def his(lines: list[Line]) -> list[Line]:
        return [
            one.saying(key=VerifierKey.of(str(one.said["origin"]), key).text) if one.said["kind"] == LOG_BEGUN else one
            for one in scene.from_yesterday_on(lines)
        ]

    scene.administrator.rewrites(his)
    scene.administrator.signs_again(key)


@dataclass(frozen=True)
class Attack:
    """What is done, in the words of the document, and who must find what; whoever is not named finds nothing."""

    words: str
    act: Callable[[Scene], None]
    found: Mapping[str, str]
    #: why the sequencer signs no more
    refuses: str | None = None
    database: str = "today"
    #: the office works on for a while, and the log becomes longer than it was
    goes_on: bool = True


ATTACKS = (
    Attack(
        "one entry edited, its hash left alone",
        edit_alone,
        {
            INSIDE: "B, entry 3",
            KEY: "chain: B, entry 3",
            RECEIPT: "chain: B, entry 3",
            BUNDLE: "chain: B, entry 3",
            CHECKPOINT: "chain: line 20",
        },
    ),
    Attack(
        "the same, and its whole chain recomputed",
        edit_and_chain,
        {
            INSIDE: "leaf 18 (B, entry 3)",
            KEY: "proof: B, entry 3",
            RECEIPT: "entry-changed: B, entry 4",
            BUNDLE: "proof: B, entry 3",
            CHECKPOINT: "chain: line 20",
        },
    ),
    Attack(
        "the same, leaves and tree recomputed, the stored checkpoints deleted",
        edit_and_no_seals,
        {
            RECEIPT: "receipt-hash: B, entry 4",
            BUNDLE: "fork: B, entry 3",
            CHECKPOINT: "fork: both roots",
            WITNESS: "forked: two roots",
        },
    ),
    Attack(
        "one entry deleted from the middle, its chain recomputed",
        delete_and_chain,
        {
            INSIDE: "leaf 17 (B, entry 2)",
            KEY: "proof: B, entry 2",
            RECEIPT: "entry-changed: B, entry 2",
            BUNDLE: "proof: B, entry 2",
            CHECKPOINT: "chain: line 19",
        },
    ),
    Attack(
        "the same of a deletion, leaves and tree recomputed",
        delete_and_tree,
        {
            INSIDE: "seal of 20 leaves",
            KEY: "proof: office 1",
            RECEIPT: "entry-changed: B, entry 2",
            BUNDLE: "proof: office 1",
            CHECKPOINT: "root",
        },
        refuses="log_forked",
    ),
    Attack(
        "one entry inserted and back-dated, its chain recomputed",
        insert_and_chain,
        {
            INSIDE: "leaf 17 (B, entry 2)",
            KEY: "proof: B, entry 2",
            RECEIPT: "entry-changed: B, entry 2",
            BUNDLE: "proof: B, entry 2",
            CHECKPOINT: "chain: line 19",
        },
    ),
    Attack(
        "the same of an insertion, leaves and tree recomputed",
        insert_and_tree,
        {
            INSIDE: "seal of 20 leaves",
            KEY: "proof: office 1",
            RECEIPT: "entry-changed: B, entry 2",
            BUNDLE: "proof: office 1",
            CHECKPOINT: "root",
        },
        refuses="log_forked",
    ),
    Attack(
        "the tail cut off with its checkpoints",
        cut_the_tail,
        {
            RECEIPT: "application-gone: D, entry 1",
            BUNDLE: "fork: both roots",
            CHECKPOINT: "fork: both roots",
            WITNESS: "forked: two roots",
        },
    ),
    Attack(
        "yesterday's backup restored, and work goes on",
        nothing,
        {
            RECEIPT: "receipt-missing: B, entry 6",
            BUNDLE: "fork: both roots",
            CHECKPOINT: "fork: both roots",
            WITNESS: "forked: two roots",
        },
        database="yesterday",
    ),
    Attack(
        "yesterday's log and checkpoint shown again",
        nothing,
        {
            RECEIPT: "receipt-missing: B, entry 6",
            BUNDLE: "C: the office has no such application",
            WITNESS: "older: 20 leaves after 29",
        },
        database="yesterday",
        goes_on=False,
    ),
    Attack(
        "all since yesterday rewritten (a fork), its checkpoints deleted: the sequencer signs anew",
        fork,
        {
            RECEIPT: "receipt-hash: C, entry 4",
            BUNDLE: "fork: C, entry 4",
            CHECKPOINT: "fork: both roots",
            WITNESS: "forked: two roots",
        },
    ),
    Attack(
        "the same fork, all checkpoints signed anew with the stolen key",
        fork_with_the_key,
        {
            RECEIPT: "receipt-hash: C, entry 4",
            BUNDLE: "fork: C, entry 4",
            CHECKPOINT: "fork: both roots",
            WITNESS: "forked: two roots",
        },
    ),
    Attack(
        "the same fork, all checkpoints signed anew with a key of his own",
        fork_with_a_key_of_his_own,
        {
            KEY: "untrusted",
            RECEIPT: "entry-changed: C, entry 4",
            BUNDLE: "untrusted",
            CHECKPOINT: "untrusted",
            WITNESS: "forked: two roots",
        },
        refuses="log_key_unusable",
    ),
    Attack(
        HONEST,
        nothing,
        {},
    ),
)


@pytest.fixture
def scene(honest: Honest, attack: Attack, postgresql_copies: Copies) -> Iterator[Scene]:
    """A copy of the office, attacked."""
    server = postgresql_copies.server
    name = f"{honest.today}_attacked"
    url = server.create_database(name, template=honest.yesterday if attack.database == "yesterday" else honest.today)
    settings = honest.settings.model_copy(update={"database_url": SecretStr(url)})
    clock = Clock(honest.now)
    with closing(Office(settings, clock=clock)) as office:
        made = Scene(honest, office, clock)
        attack.act(made)
        yield made
    server.drop_database(name)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.words)
def test_an_attack_is_found_by(attack: Attack, scene: Scene, tmp_path: Path) -> None:
    refuses = scene.works_on() if attack.goes_on else None
    found = Outsiders(scene.office, scene.honest.kept, tmp_path / "today").found()
    assert (found, refuses) == (attack.found, attack.refuses)


@pytest.mark.parametrize("attack", [one for one in ATTACKS if one.act is fork_with_the_key], ids=["stolen key"])
def test_of_a_fork_both_roots_are_shown_to_a_person(attack: Attack, scene: Scene, tmp_path: Path, capsys) -> None:
    assert attack.refuses is None
    scene.works_on()
    kept, log = scene.honest.kept, tmp_path / "log.jsonl"
    log.write_bytes(b"".join(sealed_log(scene.office)))
    assert main([str(kept.folder / "checkpoint"), str(log), "--key", kept.key, "--language", "en"]) == 1
    held, shown = kept.seal, stated(newest_checkpoint(scene.office).note)
    told = f"{held.size} {held.root.hex()} / {shown.size} {shown.root.hex()}"
    assert f"One log, two histories; keep both files, they are the proof: {told}." in capsys.readouterr().out


def test_every_attack_is_found_by_somebody_and_honest_books_by_nobody() -> None:
    """And whoever keeps a checkpoint outside, or witnesses, needs nobody's help where nothing inside is wrong."""
    for attack in ATTACKS:
        assert bool(attack.found) == (attack.words != HONEST)
        if attack.found and INSIDE not in attack.found:
            assert WITNESS in attack.found
            assert RECEIPT in attack.found


@pytest.mark.slow
def test_a_hundred_thousand_honest_entries_raise_no_alarm(
    postgresql_settings: Settings, tmp_path: Path, clock: Clock
) -> None:
    """Entries by the office's own rules and pen, two an application."""
    with closing(Office(postgresql_settings, clock=clock)) as office:
        mall = Mall(office, clock)
        numbers = [number for some in fill(office, 50_000, person_id=mall.id_of(IDA)) for number in some]
        office.receipt_key()
        seal(office, thorough=True)
        older = newest_checkpoint(office).note
        for number in numbers[::500]:
            mall.decides(mall.application(number), OMAR, "forward")
        clock.advance(timedelta(minutes=2))
        seal(office)
        assert verify_chains(office).breaks == ()
        assert verify_states(office).differences == ()
        report = verify_sealed_log(office)
        assert (report.problems, report.waiting) == ((), 0)
        assert report.leaves > 100_000
        (tmp_path / "log.jsonl").write_bytes(b"".join(sealed_log(office)))
        (tmp_path / "older").write_text(older, encoding="utf-8")
        with office.transaction() as tx:
            key = str(tx.office_log.of_kind(LOG_BEGUN)[0].said["key"])
    assert main([str(tmp_path / "log.jsonl"), str(tmp_path / "older"), "--key", key]) == 0


DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "audit-log.md"
_TABLE = re.compile(r"^\| what he does \|.*?(?=\n\n)", re.DOTALL | re.MULTILINE)


def table() -> str:
    lines = [f"| what he does | the sequencer | {' | '.join(WAYS)} |", "|---" * (len(WAYS) + 2) + "|"]
    for attack in ATTACKS:
        cells = [f"`{attack.refuses}`" if attack.refuses else "-", *(attack.found.get(way, "-") for way in WAYS)]
        lines.append(f"| {attack.words} | {' | '.join(cells)} |")
    return "\n".join(lines)


def test_the_document_shows_what_was_found() -> None:
    (found,) = _TABLE.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert found == table(), "python3 -m tests.acceptance.test_attacks_on_the_log brings it up to date"


if __name__ == "__main__":
    said = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(_TABLE.sub(lambda _: table(), said), encoding="utf-8")
