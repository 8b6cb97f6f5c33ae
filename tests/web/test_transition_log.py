"""The auditor's pages: filters, pages, hashes; on both databases."""

import base64
import json
import re

import pytest
import sqlalchemy as sa

from routing.storage.tables import audit_entries
from tests.web.visitors import WAY, WebMall


def rows(page: str) -> list[list[str]]:
    """The cells of the log's table, as text."""
    body = re.search(r"<tbody>(.*)</tbody>", page, re.DOTALL)
    found = re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL) if body else []
    return [
        [re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]
        for row in found
    ]


def walked(mall: WebMall) -> str:
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    for account, _desk, decision in WAY:
        with mall.signed_in(account) as officer:
            officer.decide(number, decision)
    return number


def test_the_log_is_filtered_by_application_kind_desk_actor_and_day(any_mall: WebMall) -> None:
    number = walked(any_mall)
    with any_mall.signed_in("ida") as ida:
        other = ida.registered()
    today = any_mall.clock.now.astimezone(any_mall.office.time_zone).date()
    with any_mall.signed_in("agus") as agus:

        def found(query: str) -> list[list[str]]:
            return rows(agus.get(f"/audit?{query}").text)

        assert len(found("")) == 20 + 3
        assert len(found(f"number={number.lower()}")) == 20
        assert {row[1] for row in found(f"number={other}")} == {other}
        assert len(found("kind=decided")) == 7 + 1
        assert len(found("kind=decided&desk=verifikasi")) == 1
        assert {row[5] for row in found("actor=sari")} == {"sari"}
        assert len(found(f"since={today}&until={today}")) == 23
        assert found(f"until={today.replace(year=2020)}") == []
        assert found("number=NONE-1") == []
        page = agus.get("/audit?number=NONE-1").text
        assert "Tidak ada catatan pada saringan ini" in page
        assert agus.get("/audit?since=yesterday").status_code == 422
        assert "yesterday bukan tanggal pada kalender" in agus.get("/audit?since=yesterday").text


def test_a_long_log_has_pages_and_every_entry_is_on_exactly_one(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida:
        for _ in range(40):
            ida.register()
    any_mall.carry()
    seen: list[tuple[str, str]] = []
    with any_mall.signed_in("agus") as agus:
        address: str | None = "/audit?kind="
        while address:
            page = agus.get(address).text
            seen += [(row[1], row[2]) for row in rows(page)]
            older = re.search(r'href="([^"]+)">Yang lebih lama', page)
            address = older[1].replace("&amp;", "&") if older else None
            assert len(seen) <= 120
        assert len(rows(agus.get("/audit?cursor=nonsense").text)) == 50
    assert len(seen) == len(set(seen)) == 120


def cursor(*place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


CURSORS_NOBODY_GAVE_OUT = [
    cursor("0001-01-01T00:00:00+14:00", 1, 1),
    cursor("9999-12-31T23:59:59-14:00", 1, 1),
    cursor("2026-11-23T08:00:00", 1, 1),
    cursor("2026-11-23T08:00:00+07:00", 2**63, 1),
    cursor("2026-11-23T08:00:00+07:00", 1, float("inf")),
    cursor("2026-11-23T08:00:00+07:00", float("-inf"), 1),
    cursor("2026-11-23T08:00:00+07:00", float("nan"), 1),
    cursor(7, 1, 1),
    cursor(None, None, None),
    cursor(),
]


def test_a_cursor_nobody_gave_out_begins_at_the_newest(any_mall: WebMall, subtests: pytest.Subtests) -> None:
    with any_mall.signed_in("ida") as ida:
        number = ida.registered()
    with any_mall.signed_in("agus") as agus, any_mall.signed_in("omar") as omar:
        for place in CURSORS_NOBODY_GAVE_OUT:
            with subtests.test(place):
                assert len(rows(agus.get(f"/audit?cursor={place}").text)) == 3
                assert number in omar.get(f"/desks/verifikasi?behind={place}").text
        # Padded, as the queue's own are.
        for at, count in (("0001-01-01T00:00:00+14:00", 1), ("2026-11-23T08:00:00+07:00", float("inf"))):
            place = base64.urlsafe_b64encode(json.dumps([at, count]).encode()).decode()
            assert number in omar.get(f"/desks/verifikasi?behind={place}").text


def test_a_day_at_the_end_of_the_calendar_is_no_limit(any_mall: WebMall, subtests: pytest.Subtests) -> None:
    with any_mall.signed_in("ida") as ida:
        ida.registered()
    with any_mall.signed_in("agus") as agus:
        for query, count in (
            ("until=9999-12-31", 3),
            ("since=0001-01-01", 3),
            ("since=0001-01-01&until=9999-12-31", 3),
            ("since=9999-12-31", 0),
            ("until=0001-01-01", 0),
        ):
            with subtests.test(query):
                answer = agus.get(f"/audit?{query}")
                assert (answer.status_code, len(rows(answer.text))) == (200, count)


def test_every_transition_is_shown_with_its_hash_and_the_chain_recomputed(any_mall: WebMall) -> None:
    number = walked(any_mall)
    with any_mall.signed_in("agus") as agus:
        page = agus.get(f"/audit/applications/{number}").text
    assert "Rantai utuh: 20 catatan" in page
    assert len(set(re.findall(r"<pre>([0-9a-f]{64})\n", page))) == 20
    kinds = [row[2] for row in reversed(rows(page))]
    assert kinds == ["didaftarkan", "diputuskan", *["tiba", "diambil", "diputuskan"] * 6]


def test_an_entry_somebody_slipped_in_breaks_the_chain_and_is_shown_all_the_same(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida:
        number = ida.registered()
    with any_mall.office.transaction() as tx:
        application = tx.application(number)
    # Its shape and kind are of no version this program knows.
    row = {"application_id": application.id, "seq": 4, "at": any_mall.clock.now, "kind": "blessed", "actor": "intruder"}
    row |= {"body": b'{"schema":9}', "hash": bytes(32), "desk": "verifikasi"}
    with any_mall.office.database.writing() as connection:
        connection.execute(sa.insert(audit_entries), row)
    with any_mall.signed_in("agus") as agus:
        assert rows(agus.get(f"/audit?number={number}").text)[0][3] == "blessed"
        page = agus.get(f"/audit/applications/{number}").text
    assert "Rantai terputus" in page
    assert "adalah nomor 4" in page
