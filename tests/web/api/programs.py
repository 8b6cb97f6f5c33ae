"""Programs at the API: each with the token of one account, before a mall whose documents are carried by hand."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from routing.actions.keep_tokens import make_token
from tests.mall import FORMS
from tests.web.visitors import NIK, REQUIRED, SERVICE, WebMall

API = "/api/v1"
#: The demo accounts.
EVERYBODY = ("ida", "omar", "sari", "wayan", "ratna", "dewi", "budi", "agus", "rina", "hari")
_COUNTED = itertools.count(1)


class Program:
    """Asks in the name of one account; every POST gets a key of its own unless one is given."""

    def __init__(self, mall: WebMall, account: str) -> None:
        self.mall, self.account = mall, account
        self.token = make_token(mall.office, account)
        self.client = TestClient(mall.web, base_url="http://localhost", follow_redirects=False)

    def get(self, path: str, **query: object) -> Response:
        asked = {name: str(value) for name, value in query.items() if value is not None}
        return self.client.get(API + path, params=asked, headers=self.bearer)

    def post(
        self, path: str, body: object = None, *, key: str | None = None, seen: int | None = None, **headers: str
    ) -> Response:
        named = {"Idempotency-Key": key or f"key-{next(_COUNTED)}"}
        if seen is not None:
            named["If-Match"] = f'"{seen}"'
        return self.client.post(API + path, json=body, headers={**self.bearer, **named, **headers})

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def registers(self, **changed: object) -> str:
        """The number of a new application, which has arrived at the first desk."""
        answer = self.post("/applications", new_application(**changed))
        assert answer.status_code == 201, answer.text
        self.mall.carry()
        return str(answer.json()["number"])

    def decides(self, number: str, decision: str, **said: object) -> Response:
        """Looks and decides; the document arrives at the next desk."""
        version = self.get(f"/applications/{number}").json()["version"]
        answer = self.post(f"/applications/{number}/decisions", {"decision": decision, **said}, seen=version)
        self.mall.carry()
        return answer


def new_application(**changed: object) -> dict[str, Any]:
    return {
        "service": SERVICE,
        "desk": "loket-pendaftaran",
        "applicant": {"name": "Siti Rahmawati", "nik": NIK, "phone": "0812 3456 7890"},
        "form": dict(FORMS.get(str(changed.get("service")), {"place": "Klinik Sehat, Jalan Diponegoro 12"})),
        "papers": list(REQUIRED),
        **changed,
    }


def problem(answer: Response, status: int, code: str) -> Mapping[str, Any]:
    """The problem, which is what it says it is."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert (said["status"], said["code"]) == (status, code)
    assert said["type"] == f"{API}/problems#{code}"
    assert said["title"]
    assert said["detail"]
    return said
