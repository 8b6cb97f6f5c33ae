"""Tokens: who gets in with one, where, for how long, and as what."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from httpx2 import Response

from routing.actions.keep_accounts import close_account
from routing.actions.keep_tokens import end_token, make_token
from routing.reading.callers import tokens_of
from routing.storage.tables import api_tokens
from routing.vault.passwords import kept
from tests.row_counts import row_counts
from tests.web.api.programs import API, EVERYBODY, Program, new_application, problem
from tests.web.visitors import WebMall

#: Every address, with the body a POST would take and whether it names the version it has seen.
ADDRESSES = {
    ("GET", "/services"): None,
    ("GET", "/applications/{number}"): None,
    ("GET", "/applications/{number}/history"): None,
    ("GET", "/applications/{number}/receipts"): None,
    ("GET", "/applications/{number}/proof"): None,
    ("GET", "/desks/verifikasi/queue"): None,
    ("GET", "/audit"): None,
    ("GET", "/audit.json"): None,
    ("GET", "/audit.csv"): None,
    ("GET", "/audit/facets"): None,
    ("GET", "/audit/reads"): None,
    ("GET", "/applications/{number}/attachments"): None,
    ("GET", "/applications/{number}/attachments/{no}"): None,
    ("POST", "/applications/{number}/attachments"): {},
    ("POST", "/applications/{number}/hand-in"): {"papers": ["id-card"]},
    ("POST", "/applications"): new_application(),
    ("POST", "/applications/{number}/claim"): {},
    ("POST", "/applications/{number}/release"): {},
    ("POST", "/applications/{number}/decisions"): {"decision": "forward"},
    ("POST", "/applications/{number}/resubmit"): {},
    ("POST", "/applications/{number}/obstacles"): {"visit": 2, "reason": "Alat ukur rusak"},
    ("POST", "/applications/{number}/withdraw"): {"desk": "loket-pendaftaran"},
    ("POST", "/applications/{number}/resume"): {},
    ("GET", "/services/sip-dokter"): None,
    ("GET", "/applications/{number}/clock"): None,
    ("POST", "/applications/{number}/pause"): {"pause": "force-majeure", "reason": "Banjir"},
    ("POST", "/applications/{number}/continue"): {"reason": "Surut"},
    ("GET", "/due"): None,
    ("GET", "/notices"): None,
    ("GET", "/calendar"): None,
    ("GET", "/calendar/versions"): None,
    ("GET", "/calendar/due?from=2026-03-13&working_days=5"): None,
    ("GET", "/calendar/recompute"): None,
    ("POST", "/calendar/recompute"): None,
    ("POST", "/calendar/changes"): {
        "what": "add",
        "since": "2026-11-25",
        "name": "Pilkada",
        "reason": "Pemilihan kepala daerah",
    },
    ("GET", "/audit/marks"): None,
    ("GET", "/audit/signals"): None,
    ("GET", "/audit/signals/outside-hours"): None,
    ("POST", "/audit/signals/outside-hours/answers"): {
        "number": "SIP-DOKTER-2026-000001-7",
        "entry": 1,
        "status": "explained",
        "text": "Lembur",
    },
    ("GET", "/orphans"): None,
}
_SEES = set(EVERYBODY) - {"rina"}
_AT_WORK = _SEES - {"agus"}
#: Who gets an answer that is no 401 and no 403; everybody else gets a 403.
MAY = {
    ("GET", "/services"): set(EVERYBODY),
    ("GET", "/applications/{number}"): _SEES,
    ("GET", "/applications/{number}/history"): _SEES,
    ("GET", "/applications/{number}/receipts"): _SEES,
    ("GET", "/applications/{number}/proof"): {"agus"},
    ("GET", "/desks/verifikasi/queue"): {"omar", "hari"},
    ("GET", "/audit"): {"agus"},
    ("GET", "/audit.json"): {"agus"},
    ("GET", "/audit.csv"): {"agus"},
    ("GET", "/audit/facets"): {"agus"},
    ("GET", "/audit/reads"): {"agus"},
    ("GET", "/applications/{number}/attachments"): _SEES,
    ("GET", "/applications/{number}/attachments/{no}"): {"ida", "omar", "budi"},
    ("POST", "/applications/{number}/attachments"): {"ida", "omar"},
    ("POST", "/applications"): {"ida"},
    ("POST", "/applications/{number}/claim"): {"omar"},
    ("POST", "/applications/{number}/release"): {"omar", "hari"},
    ("POST", "/applications/{number}/decisions"): {"omar"},
    ("POST", "/applications/{number}/resubmit"): {"ida"},
    ("POST", "/applications/{number}/withdraw"): {"ida"},
    # Nothing here was stopped, which everybody who may see an application is told.
    ("POST", "/applications/{number}/resume"): _SEES,
    ("POST", "/applications/{number}/hand-in"): {"ida", "omar"},
    ("GET", "/services/sip-dokter"): set(EVERYBODY),
    ("GET", "/applications/{number}/clock"): _SEES,
    ("POST", "/applications/{number}/pause"): {"hari"},
    ("POST", "/applications/{number}/continue"): {"hari"},
    ("POST", "/applications/{number}/obstacles"): {"omar"},
    ("GET", "/due"): _AT_WORK,
    ("GET", "/notices"): set(EVERYBODY),
    ("GET", "/calendar"): set(EVERYBODY),
    ("GET", "/calendar/versions"): set(EVERYBODY),
    ("GET", "/calendar/due?from=2026-03-13&working_days=5"): set(EVERYBODY),
    ("GET", "/calendar/recompute"): {"rina"},
    ("POST", "/calendar/recompute"): {"rina"},
    ("POST", "/calendar/changes"): {"rina"},
    ("GET", "/audit/marks"): {"agus"},
    ("GET", "/audit/signals"): {"agus", "hari"},
    ("GET", "/audit/signals/outside-hours"): {"agus", "hari"},
    ("POST", "/audit/signals/outside-hours/answers"): {"agus", "hari"},
    ("GET", "/orphans"): {"agus", "rina", "hari"},
}


def test_the_table_of_addresses_is_complete(mall: WebMall) -> None:
    with mall.visitor() as anybody:
        paths = anybody.get(f"{API}/openapi.json").json()["paths"]
    tried = {
        "/desks/{code}/queue": "/desks/verifikasi/queue",
        "/services/{code}": "/services/sip-dokter",
        "/audit/signals/{code}": "/audit/signals/outside-hours",
        "/audit/signals/{code}/answers": "/audit/signals/outside-hours/answers",
        "/calendar/due": "/calendar/due?from=2026-03-13&working_days=5",
    }
    documented = {(method.upper(), tried.get(path, path)) for path in paths for method in paths[path]}
    assert documented == set(ADDRESSES) == set(MAY)


def version_of(mall: WebMall, number: str) -> int:
    with mall.office.transaction() as tx:
        return tx.application(number).version


def ask(program: Program, method: str, path: str, number: str, *, token: str | None) -> Response:
    headers = {
        "Idempotency-Key": f"{program.account} {method} {path}",
        "If-Match": f'"{version_of(program.mall, number)}"',
    }
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    body = ADDRESSES[method, path]
    address = API + path.format(number=number, no=1)
    return program.client.request(method, address, json=body, headers=headers)


def test_every_address_asks_for_a_token_that_opens(mall: WebMall, subtests: pytest.Subtests) -> None:
    number = Program(mall, "ida").registers()
    stranger = Program(mall, "omar")
    before = row_counts(mall.office.database)
    for method, path in ADDRESSES:
        with subtests.test(path):
            answer = ask(stranger, method, path, number, token=None)
            problem(answer, 401, "token_missing")
            assert answer.headers["www-authenticate"].startswith("Bearer")
            if method == "GET":
                # Nobody may guess more often in a minute.
                problem(ask(stranger, method, path, number, token="sat_no-such"), 401, "token_refused")
            assert "set-cookie" not in answer.headers
    assert row_counts(mall.office.database) == before


def test_a_token_can_do_what_its_account_can_and_nothing_else(mall: WebMall, subtests: pytest.Subtests) -> None:
    """The document lies at the verifier's, who holds it; for resubmission it waits for the applicant."""
    ida, omar = Program(mall, "ida"), Program(mall, "omar")
    for account in EVERYBODY:
        number, returned = ida.registers(), ida.registers()
        assert omar.post(f"/applications/{number}/claim").status_code == 200
        omar.decides(returned, "return", reason="STR kabur", requirements=["registration"])
        who, let_in = Program(mall, account), set()
        for method, path in ADDRESSES:
            with subtests.test(account=account, path=path):
                before = row_counts(mall.office.database)
                answer = ask(who, method, path, returned if path.endswith("resubmit") else number, token=who.token)
                if account in MAY[method, path]:
                    assert answer.status_code not in (401, 403), answer.text
                    let_in.add((method, path))
                else:
                    problem(answer, 403, "not_allowed")
                    assert row_counts(mall.office.database) == before
        assert let_in == {where for where, accounts in MAY.items() if account in accounts}


def test_a_token_ends_with_its_time_its_account_or_at_a_word(mall: WebMall) -> None:
    omar = Program(mall, "omar")
    omar.token = make_token(mall.office, "omar", days=2, label="antrean")
    assert omar.get("/services").status_code == 200
    mall.clock.advance(timedelta(days=2))
    problem(omar.get("/services"), 401, "token_refused")

    omar.token = make_token(mall.office, "omar")
    newest = tokens_of(mall.office, "omar")[-1]
    assert newest.expires_at - mall.clock() == timedelta(days=90)
    end_token(mall.office, newest.id)
    end_token(mall.office, newest.id)
    problem(omar.get("/services"), 401, "token_refused")

    omar.token = make_token(mall.office, "omar")
    assert omar.get("/services").status_code == 200
    close_account(mall.office, "omar")
    problem(omar.get("/services"), 401, "token_refused")


def test_of_a_token_only_its_digest_is_kept_and_its_use_to_the_minute(mall: WebMall) -> None:
    omar = Program(mall, "omar")

    def used() -> object:
        return tokens_of(mall.office, "omar")[0].used_at

    assert used() is None
    first = mall.clock()
    for _ in range(3):
        omar.get("/services")
        mall.clock.advance(timedelta(seconds=29))
    assert used() == first
    omar.get("/services")
    assert used() == first + timedelta(seconds=87)
    with mall.office.reading() as connection:
        row = connection.execute(sa.select(api_tokens)).one()
    assert omar.token not in map(str, row)
    assert row.token_hash == kept(omar.token)
    assert omar.token.startswith("sat_")


def test_a_session_opens_no_api_and_a_token_opens_no_page(mall: WebMall) -> None:
    with mall.signed_in("agus") as agus:
        problem(agus.get(f"{API}/audit"), 401, "token_missing")
    program = Program(mall, "agus")
    answer = program.client.get("/audit", headers={**program.bearer, "accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/audit")


def test_whatever_else_is_shown_is_no_token(mall: WebMall) -> None:
    program = Program(mall, "ida")
    for shown in ("", "Bearer", "Bearer ", "Basic aWRhOng=", f"Bearer {'x' * 4000}", "Bearer \u00e9", "Bearer sat_"):
        answer = program.client.get(f"{API}/services", headers=[(b"authorization", shown.encode("latin-1"))])
        assert answer.status_code == 401, shown
        assert answer.json()["code"] in ("token_missing", "token_refused")
