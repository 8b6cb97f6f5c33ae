"""The API keeps its own document: whatever is sent, no breakdown and no answer that the document does not announce.

The slow test asks ten times as often: python3 -m pytest -m slow tests/web/test_api_contract.py
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from routing.actions.seal import seal
from routing.domain.integrity_signals import Signal
from routing.office import Office
from routing.settings import Settings
from tests.clock import Clock
from tests.formats.papers import pdf
from tests.web.api.programs import API, EVERYBODY, Program, new_application
from tests.web.visitors import WebMall, open_mall

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DESKS = ("loket-pendaftaran", "verifikasi", "dinas-kesehatan", "penomoran", "nowhere")
#: Questions have less to get wrong than acts, and some have next to nothing to vary.
SHARES = {"get": 1, "post": 2}
#: Requests made of each that was made up: making up costs more than asking.
_OF_EACH = 4


@pytest.fixture
def mall(sqlite_settings: Settings, clock: Clock) -> Iterator[WebMall]:
    """A mall whose programs may ask as often as they like."""
    often = {"api_per_minute": 10**9, "api_strangers_per_minute": 10**9}
    office = Office(sqlite_settings.model_copy(update=often), clock=clock)
    yield open_mall(office, clock)
    office.close()


class Caller:
    """Sends what was made up, half of the time about documents that exist, in the name of somebody who works here."""

    def __init__(self, mall: WebMall) -> None:
        self.mall = mall
        programs = {account: Program(mall, account) for account in EVERYBODY}
        self.programs = programs
        self.numbers = [programs["ida"].registers() for _ in range(4)]
        programs["omar"].decides(self.numbers[1], "return", reason="STR kabur", requirements=["registration"])
        programs["omar"].decides(self.numbers[2], "forward")
        self.with_papers = self.numbers[:2]
        for number in self.with_papers:
            self._attach(number)
        # Without a seal there would be nothing that could be proven.
        seal(mall.office)
        tokens = [program.token for program in programs.values()]
        # Those who can do something come more often than those who come in vain.
        able = [programs[who].token for who in ("ida", "omar", "sari", "agus", "hari")]
        self.tokens = [*tokens, *able * 3, "sat_none", None]
        self.count = itertools.count(1)
        self.last_day_off = date(2027, 6, 30)
        self.told: dict[str, Counter[int]] = defaultdict(Counter)

    def _attach(self, number: str) -> None:
        ida = self.programs["ida"]
        headers = {**ida.bearer, "Idempotency-Key": f"paper of {number}"}
        files = {"file": ("surat.pdf", pdf(), "application/pdf")}
        answer = ida.client.post(f"{API}/applications/{number}/attachments", files=files, headers=headers)
        assert answer.status_code == 200, answer.text

    def send(self, case: schemathesis.Case, data: st.DataObject) -> None:
        """Sends what was made up four times: as it is, of something that exists, and of something possible."""
        self._hold_to_the_document(case, data.draw(st.sampled_from(self.tokens)))
        for _ in range(2):
            self._of_something_that_exists(case, data.draw)
            self._hold_to_the_document(case, data.draw(st.sampled_from(self.tokens)))
        token = data.draw(st.sampled_from(self.tokens))
        if data.draw(st.integers(0, 3)):
            self._of_something_that_exists(case, data.draw)
        else:
            token = self._possible(case) or token
        self._hold_to_the_document(case, token)

    def _hold_to_the_document(self, case: schemathesis.Case, token: str | None) -> None:
        # A machine that does much else at the same time is no answer.
        response = case.call(headers={"Authorization": f"Bearer {token}"} if token else {}, timeout=120)
        self.told[f"{case.method} {case.operation.path}"][response.status_code] += 1
        if next(self.count) % 7 == 0:
            self.mall.carry()
        case.validate_response(response, checks=CHECKS)
        if response.status_code == 201:
            self.numbers = [*self.numbers[-8:], response.json()["number"]]

    def _of_something_that_exists(self, case: schemathesis.Case, draw: Any) -> None:
        if "number" in case.path_parameters:
            case.path_parameters["number"] = draw(st.sampled_from(self.numbers))
        if "no" in case.path_parameters:
            case.path_parameters |= {"number": draw(st.sampled_from(self.with_papers)), "no": 1}
        if "code" in case.path_parameters:
            codes = {"/services": ("sip-dokter",), "/audit/signals": tuple(Signal)}
            known_here = next((some for path, some in codes.items() if case.operation.path.startswith(path)), DESKS)
            case.path_parameters["code"] = draw(st.sampled_from(known_here))
        if not isinstance(case.body, dict):
            return
        known: dict[str, tuple[object, ...]] = {
            "service": ("sip-dokter",),
            "desk": DESKS[:2],
            "decision": ("accept", "forward", "return", "recommend", "withdraw", "resubmit"),
            "visit": (2, 3, None),
            "next_desk": (None, *DESKS),
            "requirements": (["registration"], []),
            "papers": (["form", "id-card", "registration", "practice-place", "photo"],),
        }
        for name in sorted(known.keys() & case.body.keys()):
            case.body[name] = draw(st.sampled_from(known[name]))

    def _possible(self, case: schemathesis.Case) -> str | None:
        """Makes of it what somebody could do now, whose token it gives; questions stay as they are."""
        ida, omar = self.programs["ida"], self.programs["omar"]
        act = case.operation.path.rsplit("/", 1)[-1]
        if case.method.upper() == "GET":
            return self._possible_question(case)
        possible: dict[str, tuple[Program, Any]] = {
            "applications": (ida, new_application()),
            "attachments": (ida, {"file": [pdf()]}),
            "claim": (omar, {}),
            # Takes no body.
            "recompute": (self.programs["rina"], NOT_SET),
            "release": (omar, {}),
            "decisions": (omar, {"decision": "forward"}),
            "resubmit": (ida, {}),
            "hand-in": (ida, {"papers": ["photo"]}),
            "resume": (ida, {}),
            "withdraw": (ida, {"desk": "loket-pendaftaran"}),
            "pause": (self.programs["hari"], {"pause": "force-majeure", "reason": "Banjir"}),
            "continue": (self.programs["hari"], {"reason": "Air surut"}),
            "obstacles": (omar, {"reason": "Server mati"}),
            "answers": (self.programs["agus"], {"entry": 1, "status": "explained", "text": "Lembur"}),
            "changes": (self.programs["rina"], self._another_day_off()),
        }
        who, body = possible[act]
        case.body = body
        case.headers["Idempotency-Key"] = f"possible {next(self.count)}"
        if act not in ("applications", "changes"):
            number = ida.registers()
            if act == "resubmit":
                omar.decides(number, "return", reason="STR kabur", requirements=["registration"])
            if act == "continue":
                said = {"pause": "force-majeure", "reason": "Banjir"}
                self.programs["hari"].post(f"/applications/{number}/pause", said, seen=2)
            if act == "answers":
                case.path_parameters["code"] = Signal.HOURS.value
                body["number"] = number
                return who.token
            case.path_parameters["number"] = number
            case.headers["If-Match"] = ida.get(f"/applications/{number}").headers["etag"]
        return who.token

    def _possible_question(self, case: schemathesis.Case) -> str | None:
        """Few may ask these, and few of the codes there could be are a signal's."""
        if case.operation.path == "/calendar/recompute":
            return self.programs["rina"].token
        if case.operation.path == "/audit/signals/{code}":
            case.path_parameters["code"], case.query = Signal.HOURS.value, {}
            return self.programs["agus"].token
        if case.operation.path == "/applications/{number}/proof":
            # Of one that was there when the log was sealed.
            case.path_parameters["number"] = self.with_papers[0]
            return self.programs["agus"].token
        return None

    def _another_day_off(self) -> dict[str, str]:
        self.last_day_off += timedelta(days=1)
        day = self.last_day_off.isoformat()
        return {"what": "add", "since": day, "name": "Hari jadi kota", "reason": "Keputusan wali kota"}


def ask(mall: WebMall, requests: int, *, chosen: int | None) -> Caller:
    """So many requests, spread over all operations; with ``chosen`` always the same ones."""
    caller = Caller(mall)
    document = schemathesis.openapi.from_asgi(f"{API}/openapi.json", mall.web)
    operations = [found.ok() for found in document.get_all_operations() if isinstance(found, Ok)]
    # The whole log is asked for while it is short: it is sent to its end each time.
    operations.sort(key=lambda operation: "audit" not in operation.path)
    share = requests / _OF_EACH / sum(SHARES[operation.method] for operation in operations)
    for operation in operations:
        made_up = st.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode])
        send = settings(
            max_examples=round(share * SHARES[operation.method] * 1.05) + 1,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(given(case=made_up, data=st.data())(caller.send))
        (seed(chosen)(send) if chosen is not None else send)()
    return caller


def test_the_api_gives_no_answer_its_document_does_not_announce(mall: WebMall) -> None:
    caller = ask(mall, 2_000, chosen=20260302)
    assert next(caller.count) > 2_000, caller.told
    # A permit of this mall is never stopped, so none can be taken up again.
    asked_in_vain = {"POST /applications/{number}/resume"}
    silent = {where for where, told in caller.told.items() if not any(status < 300 for status in told)}
    assert silent == asked_in_vain, "these were never asked anything they could answer"
    assert sum(told[409] for told in caller.told.values()) > 0


@pytest.mark.slow
def test_the_api_gives_no_answer_its_document_does_not_announce_in_20_000(mall: WebMall) -> None:
    caller = ask(mall, 20_000, chosen=None)
    assert next(caller.count) > 20_000, caller.told
