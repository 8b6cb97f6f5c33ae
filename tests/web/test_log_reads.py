"""Who asks the log is in the log: searches, exports, reveals; found again by person and application."""

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from routing.domain.log_reading import READS
from routing.domain.office_entries import OfficeEntry, differs_from_its_body
from routing.office import Office
from routing.storage.tables import office_entries
from tests.web.api.programs import Program
from tests.web.test_transition_log import rows, walked
from tests.web.visitors import NIK, Visitor, WebMall


def said(office: Office) -> list[dict]:
    """What the office's own chain says of those who read, the oldest first."""
    with office.reading() as connection:
        found = connection.execute(sa.select(office_entries).order_by(office_entries.c.seq)).all()
    names = OfficeEntry.__dataclass_fields__
    entries = [OfficeEntry(**{name: getattr(row, name) for name in names}) for row in found]
    assert [differs_from_its_body(one) for one in entries] == [None] * len(entries)
    return [json.loads(bytes(one.body)) for one in entries if one.kind in READS]


def facet_links(page: str, name: str) -> dict[str, str]:
    """Of one facet: code -> address."""
    (section,) = re.findall(rf"<h2>{name}</h2>(.*?)</section>", page, re.DOTALL)
    return {
        code: address.replace("&amp;", "&") for address, code in re.findall(r'href="([^"]+)" title="([^"]+)"', section)
    }


def test_a_question_is_an_entry_before_its_answer_is_shown(any_mall: WebMall) -> None:
    walked(any_mall)
    with any_mall.signed_in("agus") as agus:
        agus.get("/audit?kind=decided&actor=sari&since=2026-01-01")
    (entry,) = said(any_mall.office)
    assert (entry["kind"], entry["actor"], entry["way"], entry["found"]) == ("searched", "agus", "page", 1)
    assert entry["question"] == {"kind": "decided", "actor": "sari", "since": "2025-12-31T17:00:00+00:00"}


def test_pages_and_looks_again_of_one_session_and_day_are_the_same_question(any_mall: WebMall) -> None:
    walked(any_mall)
    with any_mall.signed_in("agus") as agus:
        for address in ("/audit?kind=decided", "/audit?kind=decided&cursor=x", "/audit?kind=decided"):
            agus.get(address)
        assert len(said(any_mall.office)) == 1
        agus.get("/audit?kind=arrived")
        agus.get("/audit.json?kind=decided")
        assert len(said(any_mall.office)) == 3
        for _ in range(2):
            agus.get("/audit.csv?kind=decided")
        assert [one["kind"] for one in said(any_mall.office)[3:]] == ["exported", "exported"]
    with any_mall.signed_in("agus") as agus:
        agus.get("/audit?kind=decided")
    assert len(said(any_mall.office)) == 6
    any_mall.clock.advance(timedelta(days=1))
    with any_mall.signed_in("agus") as agus:
        agus.get("/audit?kind=decided")
    assert len(said(any_mall.office)) == 7


@pytest.mark.parametrize("name", ["actor", "number", "desk", "reason", "decision", "channel"])
def test_what_the_office_does_not_know_is_not_written_where_nothing_is_deleted(mall: WebMall, name: str) -> None:
    with mall.signed_in("agus") as agus:
        agus.get(f"/audit?{name}={NIK}")
        agus.get(f"/audit/reads?{name}={NIK}")
    assert said(mall.office)[0]["question"][name] == "?"
    assert NIK not in json.dumps(said(mall.office))


def test_a_name_the_office_knows_is_written_even_where_nothing_was_found(mall: WebMall) -> None:
    with mall.signed_in("agus") as agus:
        agus.get("/audit?actor=sari&desk=verifikasi")
    (entry,) = said(mall.office)
    assert (entry["question"], entry["found"]) == ({"actor": "sari", "desk": "verifikasi"}, 0)


def test_whoever_looks_at_one_applications_log_or_at_signals_is_in_the_log(mall: WebMall) -> None:
    number, since = walked(mall), "since=2026-03-01"
    with mall.signed_in("agus") as agus:
        for _ in range(2):
            for address in (
                f"/applications/{number}",
                f"/signals?{since}&desk={NIK}",
                f"/signals/queue-jumped?{since}",
            ):
                assert agus.get(f"/audit{address}").status_code == 200
    program = Program(mall, "agus")
    assert program.get("/audit/signals").status_code == 200
    assert program.get("/audit/signals/queue-jumped", service="sip-dokter").status_code == 200
    with mall.signed_in("agus") as agus:
        page = agus.get("/audit/reads").text
        assert "Tanda integritas (queue-jumped; Layanan: " in page
        assert "<td>Permohonan</td>" in page
    at = {"since": "2026-02-28T17:00:00+00:00"}
    assert [(one["way"], one["question"], one.get("number")) for one in said(mall.office)[:-1]] == [
        ("page", {"list": "application"}, number),
        ("page", {"list": "signals", "desk": "?"} | at, None),
        ("page", {"list": "signals", "signal": "queue-jumped"} | at, None),
        ("api", {"list": "signals"}, None),
        ("api", {"list": "signals", "signal": "queue-jumped", "service": "sip-dokter"}, None),
    ]


def test_who_cannot_be_noted_is_shown_nothing(any_mall: WebMall) -> None:
    number = walked(any_mall)
    with any_mall.signed_in("agus") as agus:
        with any_mall.office.database.writing() as connection:
            # Stands for a database that takes no more entries.
            on_sqlite = "CREATE TRIGGER full BEFORE INSERT ON office_entries BEGIN SELECT RAISE(ABORT, 'full'); END"
            on_postgresql = """CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$;
                CREATE TRIGGER full_up BEFORE INSERT ON office_entries FOR EACH ROW EXECUTE FUNCTION full_up()"""
            is_sqlite = any_mall.office.database.is_sqlite
            connection.exec_driver_sql(on_sqlite if is_sqlite else on_postgresql)
        for address in ("/audit", "/audit.csv", "/audit.json", "/audit/reads", "/audit/signals"):
            answer = agus.get(address)
            assert (answer.status_code, number in answer.text) == (503, False), address
        assert "Siapa pun yang membaca log tercatat di dalam log" in agus.get("/audit").text
        assert agus.get(f"/audit/applications/{number}").status_code == 200


def test_facets_are_links_that_add_a_filter_and_take_it_out_again(any_mall: WebMall) -> None:
    walked(any_mall)
    with any_mall.signed_in("agus") as agus:
        page = agus.get("/audit").text
        assert "20 catatan." in page
        page = agus.get(facet_links(page, "Meja")["verifikasi"]).text
        page = agus.get(facet_links(page, "Jenis")["decided"]).text
        assert [row[5] for row in rows(page)] == ["omar"]
        assert "Meja: <strong>Verifikasi Berkas</strong>" in page
        page = agus.get(facet_links(page, "Meja")["verifikasi"]).text
        assert len(rows(page)) == 7
        page = agus.get(facet_links(agus.get("/audit").text, "Hasil")["granted"]).text
        assert [row[5] for row in rows(page)] == ["budi"]


def test_every_result_has_an_address_that_stays(any_mall: WebMall) -> None:
    number = walked(any_mall)
    with any_mall.signed_in("agus") as agus:
        assert f"/audit/applications/{number}/entries/20" in agus.get("/audit").text
        target = agus.get(f"/audit/applications/{number}/entries/7").headers["location"]
        assert target.endswith("#entry-7")
        assert 'id="entry-7"' in agus.get(target.partition("#")[0]).text


def test_the_same_question_is_answered_as_json_and_csv(any_mall: WebMall) -> None:
    walked(any_mall)
    with any_mall.signed_in("agus") as agus:
        page = agus.get("/audit?kind=decided").text
        assert 'href="/audit.json?kind=decided"' in page
        answer = agus.get("/audit.json?kind=decided").json()
        assert (answer["count"], answer["more"], len(answer["items"])) == (7, False, 7)
        assert answer["facets"]["outcome"] == [["granted", 1]]
        lines = agus.get("/audit.csv?kind=decided").text.splitlines()
        assert [line.split(",")[1] for line in lines[1:]] == [str(item["seq"]) for item in answer["items"]]


def test_who_looked_at_what_is_found_by_person_application_and_kind(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida:
        number = ida.registered()
        other = ida.registered(name="Budi Santoso")
        _reveals(ida, number)
    any_mall.clock.advance(timedelta(minutes=1))
    with any_mall.signed_in("agus") as agus:
        agus.get(f"/audit?number={number}")
        agus.get("/audit.csv?service=sip-dokter")

        def found(query: str) -> list[tuple[str, str, str]]:
            return [(row[1], row[2], row[4]) for row in rows(agus.get(f"/audit/reads?{query}").text)]

        everything = found("")
        assert [one[1] for one in everything] == [
            "mencari dalam log", "membawa catatan keluar sebagai berkas", "mencari dalam log", "melihat data pribadi",
        ]  # fmt: skip
        assert everything[-1] == ("Ida Ayu Lestari", "melihat data pribadi", number)
        assert [one[2] for one in found(f"number={number}") if one[1] != "mencari dalam log"] == [number]
        assert {one[2] for one in found(f"number={number}")} == {number}
        assert [one[1] for one in found("actor=ida")] == ["melihat data pribadi"]
        assert [one[1] for one in found("kind=exported")] == ["membawa catatan keluar sebagai berkas"]
        assert [one[1:] for one in found("kind=revealed")] == [("melihat data pribadi", number)]
        assert [one for one in found(f"number={other}") if one[1] == "melihat data pribadi"] == []
        assert "NIK" in agus.get("/audit/reads?kind=revealed").text


def test_pages_of_who_looked_leave_nothing_out_and_show_nothing_twice(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida:
        number = ida.registered()
        for _ in range(5):
            _reveals(ida, number)
    with any_mall.signed_in("agus") as agus:
        for place in range(60):
            agus.get(f"/audit?since=2025-01-{place % 28 + 1:02}&until=2026-{place // 28 + 1:02}-01")
        seen: list[str] = []
        address: str | None = "/audit/reads?since=2025-01-01"
        while address:
            page = agus.get(address).text
            seen += [row[7] for row in rows(page)]
            older = re.search(r'href="([^"]+)">Yang lebih lama', page)
            address = older[1].replace("&amp;", "&") if older else None
    assert len(seen) == len(set(seen)) == 60 + 5 + 1


def _reveals(visitor: Visitor, number: str) -> None:
    form = f"/applications/{number}/reveal"
    answer = visitor.send(form, form, {"field": ["nik"], "reason": "Mencocokkan KTP"})
    assert answer.status_code in (200, 303), answer.text
