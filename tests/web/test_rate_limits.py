"""Who asks too often waits; who asks as people do never notices; and counting stops no door when Redis is away."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from fastapi import Request
from fastapi.testclient import TestClient
from pydantic import SecretStr

from routing.office import Office
from routing.settings import Settings
from routing.web.rate_limits import RateLimits, TooManyRequests, address_of
from tests.clock import Clock
from tests.row_counts import row_counts
from tests.servers.ports import free_port
from tests.servers.valkey import Valkey
from tests.web.api.programs import API, Program, problem
from tests.web.visitors import WebMall, open_mall

Opened = Callable[..., WebMall]


@pytest.fixture
def mall_with(sqlite_settings: Settings, clock: Clock) -> Iterator[Opened]:
    """A mall with other limits than the usual."""
    offices: list[Office] = []

    def opened(**limits: int) -> WebMall:
        offices.append(Office(sqlite_settings.model_copy(update=limits), clock=clock))
        return open_mall(offices[-1], clock)

    yield opened
    for office in offices:
        office.close()


def asked_by(address: str | None) -> Request:
    client = (address, 1234) if address is not None else None
    return Request({"type": "http", "headers": [], "client": client})


@contextmanager
def coming_from(mall: WebMall, address: str) -> Iterator[TestClient]:
    with TestClient(mall.web, base_url="http://localhost", client=(address, 50_000), follow_redirects=False) as client:
        client.headers["accept"] = "text/html"
        yield client


def test_who_tries_out_tracking_codes_is_asked_to_wait_in_both_languages(mall_with: Opened) -> None:
    mall = mall_with(tracking_per_minute=3)
    with coming_from(mall, "192.0.2.1") as stranger, coming_from(mall, "192.0.2.2") as somebody:
        assert [stranger.get("/t/AAAAAAAAA").status_code for _ in range(2)] == [404, 404]
        assert stranger.get("/track?code=AAAAAAAAA").status_code == 404
        answers = [stranger.get(path) for path in ("/t/AAAAAAAAA", "/T/AAAAAAAAA", "/track?code=x")]
        assert [answer.status_code for answer in answers] == [429, 429, 429]
        assert all(1 <= int(answer.headers["retry-after"]) <= 60 for answer in answers)
        assert "Terlalu sering" in answers[0].text
        assert "Too many requests in a short time" in stranger.get("/t/AAAAAAAAA?lang=en").text
        as_json = stranger.get("/t/AAAAAAAAA", headers={"accept": "application/json"})
        problem(as_json, 429, "too_many_requests")
        assert stranger.get("/").status_code == 200
        assert somebody.get("/t/AAAAAAAAA").status_code == 404


def test_codes_cannot_be_tried_out_from_many_addresses_either(mall_with: Opened) -> None:
    mall = mall_with(tracking_per_minute_everybody=3)
    told = []
    for last in range(5):
        with coming_from(mall, f"192.0.2.{last}") as stranger:
            told.append(stranger.get("/t/AAAAAAAAA").status_code)
    assert told == [404, 404, 404, 429, 429]


def test_passwords_are_tried_so_often_for_an_account_and_from_an_address(mall_with: Opened) -> None:
    mall = mall_with(sign_ins_per_minute=4, sign_ins_per_minute_account=2)
    with mall.visitor() as stranger:
        told = [stranger.sign_in("ida", "salah sekali").status_code for _ in range(3)]
        # In another spelling it is the same account.
        told.append(stranger.sign_in("IDA", "salah sekali").status_code)
        assert told == [403, 403, 429, 429]
        refused = stranger.sign_in("omar", mall.password)
        assert refused.status_code == 429
        assert 'value="omar"' in refused.text
        assert mall.password not in refused.text


def test_a_token_has_its_own_count_and_strangers_have_theirs(mall_with: Opened) -> None:
    mall = mall_with(api_per_minute=3, api_strangers_per_minute=2)
    ida, omar = Program(mall, "ida"), Program(mall, "omar")
    assert [ida.get("/services").status_code for _ in range(4)] == [200, 200, 200, 429]
    before = row_counts(mall.office.database)
    answer = ida.post("/applications", {})
    problem(answer, 429, "too_many_requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert row_counts(mall.office.database) == before
    assert omar.get("/services").status_code == 200
    bearer = {"Authorization": "Bearer sat_none"}
    told = [omar.client.get(f"{API}/services", headers=bearer).status_code for _ in range(3)]
    assert told == [401, 401, 429]
    assert omar.get("/services").status_code == 200


def test_a_minute_later_everything_is_as_before(mall_with: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    mall = mall_with(api_per_minute=1)
    ida, now = Program(mall, "ida"), time.time()
    for later in (0, 120, 240):
        monkeypatch.setattr("limits.storage.memory.time.time", lambda later=later: now + later)
        assert [ida.get("/services").status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_of_an_ipv6_address_its_network_is_counted(host: str | None, counted: str) -> None:
    assert address_of(asked_by(host)) == counted


def test_two_webs_of_one_office_count_together_in_redis(valkey_server: Valkey) -> None:
    settings = Settings(broker_url=SecretStr(valkey_server.url), sign_ins_per_minute_account=2)
    one, other = RateLimits(settings), RateLimits(settings)
    for number, limits in enumerate((one, other)):
        limits.signing_in(asked_by(f"192.0.2.{number}"), "ida of redis")
    for number, limits in enumerate((one, other)):
        with pytest.raises(TooManyRequests):
            limits.signing_in(asked_by(f"192.0.2.{number}"), "ida of redis")


@pytest.mark.parametrize("address", ["redis://127.0.0.1:{port}/0", "redis+socket:///nowhere/to/be.sock?virtual_host=1"])
def test_where_redis_is_away_each_web_counts_for_itself(address: str) -> None:
    broker = SecretStr(address.format(port=free_port()))
    limits = RateLimits(Settings(broker_url=broker, tracking_per_minute=2))
    for _ in range(2):
        limits.tracking(asked_by("192.0.2.1"))
    with pytest.raises(TooManyRequests):
        limits.tracking(asked_by("192.0.2.1"))
