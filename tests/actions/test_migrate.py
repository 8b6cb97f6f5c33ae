"""Open applications go over to a new version, one by one, while the office works; what has no place stays."""

import json
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from routing.actions.migrate import Migrated, Migration, migrate
from routing.actions.publish import publish
from routing.domain.application import Application
from routing.domain.crossing import UnknownStep
from routing.domain.errors import MalformedField
from routing.domain.workflow import Workflow
from routing.reading.chains import verify_chains
from routing.reading.history import history
from routing.storage.tables import applications, audit_entries, visits
from routing.web.timeline import told
from routing.web.wording import load_wordings
from tests.domain.people_of_the_mall import DEDI, IDA, JOKO, LINA, OMAR, PUTU, TINI
from tests.domain.two_versions import permit
from tests.exported_entries import export_entries
from tests.mall import LESTARI, Mall

OLD = permit()
#: Another code, another desk in the team, one desk less.
NEW = permit(verify="examine", team=("pupr", "dishub", "satpol-pp"))
MAPPING = {"verify": "examine"}


def opened(mall: Mall, workflow: Workflow = OLD) -> Mall:
    publish(mall.office, workflow, by="tests")
    return mall


def registered(mall: Mall) -> Application:
    application = mall.registers(service="permit", papers=())
    mall.carries()
    return application


def goes_over(mall: Mall, to: Workflow = NEW, **more: Any) -> dict[str, Migrated]:
    publish(mall.office, to, by="tests")
    wanted = Migration(service="permit", to=to.content_hash, mapping=MAPPING, by="admin", reason="Perda 1/2026")
    return {one.number: one for one in migrate(mall.office, replace(wanted, **more))}


def rows(mall: Mall, statement: sa.Select) -> list:
    with mall.office.reading() as connection:
        return list(connection.execute(statement))


def everything(mall: Mall) -> list:
    return [
        rows(mall, sa.select(table).order_by(*table.primary_key)) for table in (applications, visits, audit_entries)
    ]


def test_applications_at_every_step_go_over_and_reach_their_end_by_the_new_version(mall: Mall) -> None:
    opened(mall)
    waiting = registered(mall)
    with_the_team = mall.walks(registered(mall), [(OMAR, "forward"), (DEDI, "recommend")])
    repaired = mall.walks(registered(mall), [(OMAR, "return")])
    mall.carries()
    done = goes_over(mall)
    assert set(done) == {waiting.number, with_the_team.number, repaired.number}
    assert [one.refusal for one in done.values()] == [None, None, None]
    assert {mall.application(number).workflow for number in done} == {NEW.content_hash}
    mall.walks(
        waiting, [(OMAR, "forward"), (DEDI, "recommend"), (TINI, "recommend"), (PUTU, "recommend"), (LINA, "agree")]
    )
    # Joko's desk is no more of the team, Dedi has spoken, Putu is asked now.
    mall.walks(with_the_team, [(TINI, "recommend"), (PUTU, "object"), (LINA, "agree")])
    mall.walks(repaired, [(IDA, "resubmit"), (OMAR, "forward")])
    assert mall.application(repaired.number).step == "team"
    report = verify_chains(mall.office)
    assert (report.chains, report.breaks) == (3, ())
    assert goes_over(mall) == {}


def test_a_dry_run_says_the_same_and_writes_nothing(mall: Mall) -> None:
    opened(mall)
    registered(mall)
    mall.walks(registered(mall), [(OMAR, "forward")])
    publish(mall.office, NEW, by="tests")
    before = everything(mall)
    tried = goes_over(mall, dry_run=True)
    assert everything(mall) == before
    done = goes_over(mall)

    def steps(of: dict[str, Migrated]) -> list:
        return [(number, one.step, one.move and one.move.after.step) for number, one in of.items()]

    assert steps(tried) == steps(done)
    assert everything(mall) != before


def test_an_application_without_a_place_is_reported_and_left_alone(sqlite_mall: Mall) -> None:
    mall = opened(sqlite_mall)
    stays, goes = registered(mall), mall.walks(registered(mall), [(OMAR, "forward")])
    before = mall.application(stays.number)
    done = goes_over(mall, mapping={})
    assert getattr(done[stays.number].refusal, "code", None) == "no_place"
    assert done[goes.number].refusal is None
    assert mall.application(stays.number) == before
    assert before.workflow == OLD.content_hash
    # It goes on by its own version.
    assert mall.walks(stays, [(OMAR, "forward")]).step == "team"


def test_so_many_are_looked_at_and_no_more_in_batches_of_any_size(sqlite_mall: Mall) -> None:
    mall = opened(sqlite_mall)
    for _ in range(5):
        registered(mall)
    assert len(goes_over(mall, limit=3, batch=2)) == 3
    assert len(goes_over(mall, batch=1)) == 2


def test_a_step_that_neither_version_knows_is_refused_before_anything_is_touched(sqlite_mall: Mall) -> None:
    mall = opened(sqlite_mall)
    registered(mall)
    for mapping in ({"verify": "examin"}, {"verifi": "examine"}):
        with pytest.raises(UnknownStep, match="permit has no step"):
            goes_over(mall, mapping=mapping)
    with pytest.raises(MalformedField):
        goes_over(mall, letter="!")
    assert {row.workflow for row in rows(mall, sa.select(applications.c.workflow))} == {OLD.content_hash}


def test_versions_older_than_the_last_go_over_too(sqlite_mall: Mall) -> None:
    mall = opened(sqlite_mall, permit(verify="check-file"))
    first = registered(mall)
    publish(mall.office, OLD, by="tests")
    second = registered(mall)
    done = goes_over(mall, mapping={"check-file": "examine", "verify": "examine"})
    assert {number: one.step for number, one in done.items()} == {first.number: "check-file", second.number: "verify"}
    assert {mall.application(number).step for number in done} == {"examine"}


def test_the_history_tells_each_entry_in_the_words_of_its_time(mall: Mall) -> None:
    opened(mall)
    application = mall.walks(registered(mall), [(OMAR, "forward")])
    goes_over(mall)
    mall.walks(application, [(DEDI, "recommend")])
    events = {event.seq: event for event in history(mall.office, application.id, with_notes=True).events}
    decided = next(event for event in events.values() if event.decision_code == "forward")
    assert (decided.step_code, decided.step and decided.step.id) == ("verify", "verify")
    gone = next(event for event in events.values() if event.kind == "migrated")
    assert (gone.target and gone.target.id, gone.note, gone.sent_to) == ("team", "Perda 1/2026", ("satpol-pp",))
    wordings = load_wordings(mall.office.time_zone)
    titles = [told((gone,), wordings[language], {})[0].title for language in ("id", "en")]
    assert titles[0] != titles[1]
    assert all("team" in title for title in titles)
    exported = [one.activity for one in export_entries(mall.office) if one.decision == "forward"]
    assert exported == ["verify"]


def test_the_log_holds_one_entry_an_application_and_no_free_text(mall: Mall) -> None:
    opened(mall)
    application = registered(mall)
    goes_over(mall, letter="503/7/2026")
    (entry,) = rows(mall, sa.select(audit_entries).where(audit_entries.c.kind == "migrated"))
    said = json.loads(bytes(entry.body))
    assert (entry.application_id, said["workflow_before"], said["workflow"]) == (
        application.id, OLD.content_hash, NEW.content_hash,
    )  # fmt: skip
    assert (said["instrument"], said["mapping"]) == ("503/7/2026", MAPPING)
    assert "Perda" not in bytes(entry.body).decode()


def test_pages_of_an_application_that_has_gone_over_answer(sqlite_mall: Mall) -> None:
    from fastapi.testclient import TestClient

    from routing.web.app import make_web

    mall = opened(sqlite_mall)
    application = mall.walks(registered(mall), [(OMAR, "forward"), (JOKO, "recommend")])
    goes_over(mall, permit(verify="examine", team=("pupr", "dishub")), mapping={"verify": "examine"})
    with TestClient(make_web(mall.office)) as anybody:
        page = anybody.get(f"/t/{application.tracking_code}")
    assert page.status_code == 200
    assert LESTARI.name not in page.text
