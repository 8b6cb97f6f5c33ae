"""Who may do anything in the database, and what finds him out (docs/audit-log.md has the table).

Real PostgreSQL, a superuser, triggers off. python3 -m tests.acceptance.test_attacks_on_the_log writes the table.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from routing.actions.seal import seal
from routing.cli.satuatap_verify import main
from routing.domain.checkpoints import stated
from routing.domain.log_identity import LOG_BEGUN
from routing.office import Office
from routing.reading.chains import verify_chains
from routing.reading.folded_states import verify_states
from routing.reading.proofs import newest_checkpoint
from routing.reading.sealed_chains import verify_sealed_log
from routing.reading.sealed_log import sealed_log
from routing.settings import Settings
from tests.acceptance.attacks import ATTACKS, HONEST, Attack, Honest, Scene, fork_with_the_key
from tests.acceptance.outsiders import (
    INSIDE,
    RECEIPT,
    WAYS,
    WITNESS,
    Outsiders,
    keep,
)
from tests.clock import Clock
from tests.databases import Copies, new_database
from tests.domain.people_of_the_mall import IDA, OMAR, SARI
from tests.mall import Mall
from workers.bench.many_open import fill


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


@pytest.fixture
def scene(honest: Honest, attack: Attack, postgresql_copies: Copies, tmp_path: Path) -> Iterator[Scene]:
    """A copy of the office, attacked."""
    server = postgresql_copies.server
    name = f"{honest.today}_attacked"
    url = server.create_database(name, template=honest.yesterday if attack.database == "yesterday" else honest.today)
    shutil.copytree(honest.settings.data, tmp_path / "mall")
    settings = honest.settings.model_copy(update={"database_url": SecretStr(url), "data": tmp_path / "mall"})
    clock = Clock(honest.now)
    with closing(Office(settings, clock=clock)) as office:
        made = Scene(honest, office, clock)
        attack.act(made)
        yield made
    server.drop_database(name)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.words)
def test_an_attack_is_found_by(attack: Attack, scene: Scene, tmp_path: Path) -> None:
    alarm = scene.works_on() if attack.goes_on else None
    # When files must hold what a receipt was given for.
    scene.clock.advance(timedelta(minutes=10))
    found = Outsiders(scene.office, scene.honest.kept, tmp_path / "today").found()
    assert (found, alarm) == (attack.found, attack.alarm)


@pytest.mark.parametrize("attack", [one for one in ATTACKS if one.act is fork_with_the_key], ids=["stolen key"])
def test_of_a_fork_both_roots_are_shown_to_a_person(attack: Attack, scene: Scene, tmp_path: Path, capsys) -> None:
    assert scene.works_on() == attack.alarm
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
    lines = [f"| what he does | the office itself | {' | '.join(WAYS)} |", "|---" * (len(WAYS) + 2) + "|"]
    for attack in ATTACKS:
        cells = [f"`{attack.alarm}`" if attack.alarm else "-", *(attack.found.get(way, "-") for way in WAYS)]
        lines.append(f"| {attack.words} | {' | '.join(cells)} |")
    return "\n".join(lines)


def test_the_document_shows_what_was_found() -> None:
    (found,) = _TABLE.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert found == table(), "python3 -m tests.acceptance.test_attacks_on_the_log brings it up to date"


if __name__ == "__main__":
    said = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(_TABLE.sub(lambda _: table(), said), encoding="utf-8")
