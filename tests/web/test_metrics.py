"""``/metrics``: numbers of this mall, for machines of the office, with labels that cannot grow."""

import re

import pytest
from fastapi.testclient import TestClient

from routing.web.app import make_web
from tests.web.visitors import SERVICE, WebMall


def numbers(mall: WebMall, address: str = "127.0.0.1") -> dict[str, float]:
    with TestClient(mall.web, client=(address, 50_000)) as machine:
        answer = machine.get("/metrics")
        assert answer.status_code == 200, answer.text
        lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_moves_refusals_requests_and_queues_are_counted(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida, any_mall.signed_in("omar") as omar:
        number = ida.registered()
        ida.register()
        assert omar.get("/applications/SIP-2026-999999-9").status_code == 404
        assert omar.decide(number, "forward").status_code == 303
    found = numbers(any_mall)
    assert found[f'satuatap_moves_total{{kind="decided",service="{SERVICE}"}}'] == 1
    assert found[f'satuatap_moves_total{{kind="submitted",service="{SERVICE}"}}'] == 2
    assert found[f'satuatap_moves_total{{kind="arrived",service="{SERVICE}"}}'] == 3
    assert found['satuatap_refusals_total{code="unknown_application"}'] == 1
    assert found['satuatap_desk_queue{desk="verifikasi"}'] == 1
    assert found['satuatap_desk_queue{desk="dinas-kesehatan"}'] == 1
    assert (found["satuatap_hand_offs_on_the_way"], found["satuatap_database_up"]) == (0, 1)
    route = 'route="/applications/{number}/visits/{visit}/decide/{decision}"'
    assert found[f'satuatap_request_seconds_count{{method="POST",{route},status="303"}}'] == 1


def test_what_strangers_ask_for_makes_no_new_label(mall: WebMall) -> None:
    with mall.visitor() as stranger:
        for place in range(20):
            stranger.get(f"/nowhere/{place}")
            stranger.client.request(f"ODD{place}", "/")
        numbers(mall)
        before = len(numbers(mall))
        stranger.get("/nowhere/else")
        stranger.client.request("ODDER", "/")
    assert len(numbers(mall)) == before


def test_a_database_that_is_away_is_a_number_too(mall: WebMall) -> None:
    mall.office.database.engine.dispose()
    (mall.office.settings.data / "satuatap.db").unlink()
    (mall.office.settings.data / "satuatap.db").mkdir()
    found = numbers(mall)
    assert found["satuatap_database_up"] == 0
    assert not any(name.startswith("satuatap_desk_queue") for name in found)


@pytest.mark.parametrize(
    ("setting", "address", "status"),
    [
        ("127.0.0.1,::1", "127.0.0.1", 200),
        ("127.0.0.1,::1", "10.1.2.3", 404),
        ("10.0.0.0/8", "10.1.2.3", 200),
        ("10.0.0.0/8", "127.0.0.1", 404),
        ("*", "8.8.8.8", 200),
        ("", "127.0.0.1", 404),
        ("127.0.0.1", "not-an-address", 404),
    ],
)
def test_only_addresses_of_the_setting_read_them(mall: WebMall, setting: str, address: str, status: int) -> None:
    mall.office.settings = mall.office.settings.model_copy(update={"metrics": setting})
    with TestClient(make_web(mall.office), client=(address, 50_000)) as machine:
        answer = machine.get("/metrics")
    assert answer.status_code == status
    assert bool(re.search("satuatap_", answer.text)) is (status == 200)
