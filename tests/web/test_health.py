"""`ready` says no whenever documents stand still, and why."""

from datetime import timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from routing.office import Office
from routing.settings import Settings
from routing.web.app import make_web
from tests.web.visitors import WebMall


def test_a_mall_that_works_is_alive_and_ready(any_mall: WebMall) -> None:
    with any_mall.visitor() as probe:
        assert probe.get("/health/live").json() == {"status": "alive"}
        answer = probe.get("/health/ready")
        assert answer.status_code == 200
        assert (answer.json()["status"], answer.json()["reasons"]) == ("ready", [])
        assert answer.json()["database"] == any_mall.office.database.name


def test_a_document_that_does_not_arrive_makes_the_mall_not_ready_until_it_does(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida:
        ida.register()
        any_mall.clock.advance(timedelta(seconds=59))
        assert ida.get("/health/ready").status_code == 200
        any_mall.clock.advance(timedelta(seconds=2))
        answer = ida.get("/health/ready")
        assert answer.status_code == 503
        assert answer.json()["reasons"] == ["hand_off_stuck: the oldest hand-off has been on its way for 61 s"]
        assert ida.get("/health/live").status_code == 200
        any_mall.carry()
        assert ida.get("/health/ready").status_code == 200


def test_an_empty_database_is_alive_and_not_ready(tmp_path: Path) -> None:
    office = Office(Settings(data=tmp_path))
    with TestClient(make_web(office)) as probe:
        assert probe.get("/health/live").status_code == 200
        answer = probe.get("/health/ready")
        assert answer.status_code == 503
        assert answer.json()["reasons"] == ["not_migrated"]
        # A person is told calmly; a program gets a problem document and a time to come back.
        page = probe.get("/", headers={"accept": "text/html"})
        assert page.status_code == 503
        assert page.headers["retry-after"] == "5"
        assert "Kantor sedang tidak dapat mencatat" in page.text
        assert probe.get("/", headers={"accept": "application/json"}).json()["code"] == "database_away"
    office.close()


def test_a_database_that_only_reads_still_shows_pages_and_says_why_it_writes_nothing(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
        # Root writes through file modes, so the database itself is told to refuse.
        mall.office.database.engine.dispose()
        from sqlalchemy import event

        event.listen(mall.office.database.engine, "connect", lambda c, _: c.execute("PRAGMA query_only=ON"))
        mall.clock.advance(timedelta(minutes=2))
        assert ida.get(f"/applications/{number}").status_code == 200
        answer = ida.register()
        assert answer.status_code == 503
        assert "Siti Rahmawati" in answer.text
        # A connection can break while the database commits, so nobody promises that nothing was written.
        assert "Periksa apakah langkah terakhir Anda sudah tersimpan" in answer.text
        assert "Tidak ada yang berubah" not in answer.text
        ready = ida.get("/health/ready")
        assert ready.status_code == 503
        assert ready.json()["reasons"] == ["database_away"]


def test_the_openapi_document_describes_health_and_no_page(mall: WebMall) -> None:
    with mall.visitor() as anybody:
        document = anybody.get("/openapi.json").json()
        assert document["info"]["title"] == "Satu Atap"
        assert set(document["paths"]) == {"/health/live", "/health/ready"}
        assert anybody.get("/docs").status_code == 404
        assert anybody.get("/redoc").status_code == 404
