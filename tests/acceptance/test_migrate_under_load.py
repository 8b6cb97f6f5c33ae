"""Applications go over to a new version while four processes decide on them: nothing stuck, nothing doubled."""

from __future__ import annotations

import contextlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from routing.actions.keep_accounts import assign, open_account
from routing.actions.migrate import Migration, migrate
from routing.actions.publish import publish
from routing.actions.submit import Registration, submit
from routing.cli.publishing import publish_files
from routing.domain.application import Submission
from routing.office import Office
from routing.reading.chains import verify_chains
from routing.settings import Settings
from tests.acceptance.books import Books
from tests.acceptance.chance import seeded
from tests.acceptance.processes import Programs, Running, distributed, own_servers, programs, until
from tests.databases import write_master_key
from tests.domain.two_versions import permit
from tests.mall import LESTARI

PROCESSES = 4
OLD = permit()
#: A step under another code at another desk, and a team in which one desk has given its place to another.
NEW = permit(verify="examine", desk="pengecekan-sk", team=("pupr", "dishub", "satpol-pp"))
MAPPING = {"verify": "examine"}
ROLES = {"front-desk": ("loket-pendaftaran",), "verifier": ("verifikasi", "pengecekan-sk"),
         "technical-officer": ("pupr", "dishub", "bapenda", "satpol-pp"),
         "team-coordinator": ("koordinator-tim",)}  # fmt: skip


def test_applications_go_over_while_four_processes_decide(postgresql_settings: Settings, tmp_path: Path) -> None:
    key = write_master_key(tmp_path / "key")
    url = str(postgresql_settings.database_url.get_secret_value())  # type: ignore[union-attr]
    with programs(tmp_path / "out") as made:
        go_over_under_load(made, url, key, tmp_path, count=60, carried_by_deciders=True)


@pytest.mark.slow
def test_a_thousand_applications_go_over_while_four_workers_carry_and_four_processes_decide(tmp_path: Path) -> None:
    with own_servers() as servers, distributed(tmp_path / "out", servers) as made:
        key = write_master_key(tmp_path / "key")
        made.part("relay")
        for _ in range(PROCESSES):
            made.part("worker", "--desks", "*")
        go_over_under_load(made, servers.postgresql.url, key, tmp_path, count=1_000, carried_by_deciders=False)


def go_over_under_load(
    made: Programs, url: str, key: Path, folder: Path, *, count: int, carried_by_deciders: bool
) -> None:
    chance, finish = seeded(), folder / "finish"
    with opened(url, key) as office, Books(url) as books:
        register(office, count)
        carries = "carry" if carried_by_deciders else "leave"
        words = [sys.executable, "-m", "tests.acceptance.deciders", url, str(key), str(finish), carries]
        seeds = [str(chance.randrange(10**6)) for _ in range(PROCESSES)]
        running = [made.start_command([*words, seed], "decider", {}) for seed in seeds]
        for one in running:
            one.wait_until_it_says("deciding")
        # Some have gone on, some are with the team, some came back to their applicants.
        until(lambda: books.decided() >= 2 * count, "the first decisions", 120)
        publish(office, NEW, by="tests")
        told = [*go_over(office), *go_over(office)]
        assert [str(one.refusal) for one in told if one.refusal is not None] == []
        assert Counter(one.number for one in told) == Counter(dict.fromkeys(numbers(books), 1))
        assert any(one.step == "team" for one in told)
        finish.touch()
        end(running)
        assert_nothing_stuck_and_nothing_doubled(books, count)
        report = verify_chains(office)
        assert (report.chains, report.breaks) == (count, ())


def go_over(office: Office) -> list:
    wanted = Migration(service="permit", to=NEW.content_hash, mapping=MAPPING, by="admin", reason="Perda 1", batch=25)
    return list(migrate(office, wanted))


@contextlib.contextmanager
def opened(url: str, key: Path) -> Iterator[Office]:
    """The office of the permit, with an officer a role, at all of its desks."""
    office = Office(Settings(database_url=SecretStr(url), master_key_file=key))
    publish_files(office, [], by="tests")
    publish(office, OLD, by="tests")
    for role, desks in ROLES.items():
        open_account(office, code=f"decider-{role}", name="Decider")
        assign(office, f"decider-{role}", [(role, desk) for desk in desks])
    yield office
    office.close()


def register(office: Office, count: int) -> None:
    with office.transaction() as tx:
        person_id = tx.people.account("decider-front-desk").id
    for _ in range(count):
        said = Submission(desk="loket-pendaftaran", decision="accept", particulars=LESTARI)
        submit(office, Registration(service="permit", submission=said, person_id=person_id))


def end(running: list[Running]) -> None:
    for one in running:
        done = one.wait(180)
        assert done.code == 0, done.stderr
        assert int(done.stdout.split()[-1]) > 0, "all of them have decided something"


def numbers(books: Books) -> list[str]:
    return [row[0] for row in books.rows("SELECT number FROM applications")]


def assert_nothing_stuck_and_nothing_doubled(books: Books, count: int) -> None:
    books.assert_every_move_stands_once(books.decided())
    assert books.number("SELECT count(*) FROM applications WHERE outcome = 'granted'") == count
    assert books.number("SELECT count(*) FROM visits WHERE closed_at IS NULL") == 0
    entries = books.rows("SELECT application_id, kind, body FROM audit_entries ORDER BY application_id, seq")
    by_application: dict[int, list[dict]] = {}
    for application_id, kind, body in entries:
        by_application.setdefault(application_id, []).append({"kind": kind, **json.loads(bytes(body))})
    assert len(by_application) == count
    for said in by_application.values():
        assert [one["kind"] for one in said].count("migrated") == 1
        opened_visits = [sent["visit"] for one in said for sent in one.get("sent") or ()]
        assert sorted(opened_visits) == list(range(2, len(opened_visits) + 2))
        # Each desk of the team has spoken once at most; who had to be heard by the rule of the time was heard.
        heard = Counter(one["desk"] for one in said if one.get("decision") in ("recommend", "object"))
        assert max(heard.values()) == 1, heard
        left_the_team = next(place for place, one in enumerate(said) if one.get("to") == "report")
        gone_over = next(place for place, one in enumerate(said) if one["kind"] == "migrated")
        team = OLD.steps["team"].desks if left_the_team < gone_over else NEW.steps["team"].desks
        assert set(heard) >= set(team), (heard, team)
