"""A whole office that works through the API: an officer a desk, each with a token, a plan for every application."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from routing.actions.keep_accounts import assign, open_account
from routing.actions.keep_tokens import make_token
from routing.domain.people import AUDITOR
from routing.office import Office
from routing.reading.catalogue import services_in_force

#: What is said at a step (at a desk), in this order; afterwards, and elsewhere, the first that can be said.
Plan = Mapping[str, tuple[str, ...]]

_BACK = ("resubmit",)
SIP: tuple[Plan, ...] = (
    {},
    {"verify": ("return",), "repair": _BACK},
    {"verify": ("return",), "repair": ("withdraw",)},
    {"recommend": ("return",), "repair": _BACK, "number": ("send-back",), "sign": ("send-back",)},
    {"recommend": ("refuse",)},
    {"sign": ("refuse",)},
    {"verify": ("*withdraw",)},
)
REKLAME: tuple[Plan, ...] = (
    {},
    {"verify": ("return",), "repair": _BACK * 3, "team/pupr": ("return",), "team/dishub": ("return",)},
    {"team/satpol-pp": ("refuse",)},
    {"report": ("return", "refuse"), "repair": _BACK},
    {"pay": ("cancel",)},
    {"pay": ("paid",), "draft": ("send-back",), "sign": ("send-back",)},
    {"sign": ("refuse",)},
    {"team/pupr": ("return",), "repair": ("withdraw",)},
    {"team/dishub": ("*withdraw",)},
)
NIB: tuple[Plan, ...] = (
    {},
    {"assist": ("return",), "repair": _BACK},
    {"assist": ("return",), "repair": ("withdraw",)},
    {"risk": ("high",)},
)
#: What the forms of some services cannot do without.
FORMS: dict[str, dict[str, object]] = {"izin-reklame": {"kind": "billboard", "height": 7.5}}
PLANS = {"sip-dokter": SIP, "izin-reklame": REKLAME, "nib": NIB}


@dataclass
class Document:
    """An application as whoever sent it in knows it."""

    number: str
    service: str
    plan: dict[str, list[str]]
    paper: bytes
    ended: bool = False


class Officer:
    """Somebody with a token, at one desk."""

    def __init__(self, address: str, token: str, desk: str) -> None:
        self.desk = desk
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx2.Client(base_url=f"{address}/api/v1", headers=headers, timeout=60)
        self._keys = itertools.count(1)

    def get(self, path: str) -> Any:
        answer = self._client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def content(self, path: str) -> bytes:
        return self._client.get(path).content

    def post(self, path: str, body: object = None, *, seen: int | None = None, **more: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": f"{self.desk}-{next(self._keys)}"}
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        return self._client.post(path, json=body, headers=headers, **more)

    def attaches(self, number: str, paper: bytes) -> None:
        headers = {"Idempotency-Key": f"{self.desk}-{next(self._keys)}"}
        files = {"file": ("surat.pdf", paper, "application/pdf")}
        answer = self._client.post(f"/applications/{number}/attachments", files=files, headers=headers)
        assert answer.status_code == 200, answer.text

    def close(self) -> None:
        self._client.close()


@dataclass
class Staff:
    """Everybody, and what has been said by whom so far."""

    office: Office
    address: str
    payments: str
    officers: dict[str, Officer] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    #: (service, step, decision)
    said: set[tuple[str, str, str]] = field(default_factory=set)

    def hire(self) -> None:
        """An account with every role that is needed at each desk, and an auditor."""
        held: dict[str, set[str]] = defaultdict(set)
        for workflow in services_in_force(self.office):
            for step in workflow.steps.values():
                for desk in step.every_desk:
                    held[desk].update(step.roles)
        for desk, roles in held.items():
            open_account(self.office, code=f"di-{desk}", name=f"Petugas {desk}")
            assign(self.office, f"di-{desk}", [(role, desk) for role in sorted(roles)])
            self.officers[desk] = Officer(self.address, make_token(self.office, f"di-{desk}"), desk)
        open_account(self.office, code="pemeriksa", name="Pemeriksa")
        assign(self.office, "pemeriksa", [(AUDITOR, None)])
        self.officers["*"] = Officer(self.address, make_token(self.office, "pemeriksa"), "*")

    def registers(self, service: str, plan: Plan, paper: bytes) -> None:
        """At the counter, with every required paper and one file."""
        counter = self.officers["loket-pendaftaran"]
        workflow = self.office.book_in_force(service).workflow
        required = [code for code, need in workflow.requirements.items() if need.required]
        form = dict(FORMS.get(service, {})) | ({"risk": plan["risk"][0]} if "risk" in plan else {})
        body = {
            "service": service,
            "desk": "loket-pendaftaran",
            "applicant": {"name": "Siti Rahmawati", "nik": "3579014107900001"},
            "form": form,
            "papers": required,
        }
        made = counter.post("/applications", body)
        assert made.status_code == 201, made.text
        number = made.json()["number"]
        self.documents[number] = Document(number, service, {step: list(said) for step, said in plan.items()}, paper)
        counter.attaches(number, paper)

    def works(self, desk: str) -> int:
        """Everything that lies at the desk is decided once; how many that were."""
        officer, done = self.officers[desk], 0
        for item in self._queue(officer):
            document = self.documents[item["number"]]
            application = officer.get(f"/applications/{document.number}")
            for visit in application["visits"]:
                if (
                    visit["desk"] == desk
                    and visit["arrived_at"]
                    and self._decides(officer, document, application, visit)
                ):
                    done += 1
                    break
        return done

    def _decides(
        self, officer: Officer, document: Document, application: Mapping[str, Any], visit: Mapping[str, Any]
    ) -> bool:
        step, number = visit["step"], document.number
        planned = document.plan.get(f"{step}/{visit['desk']}") or document.plan.get(step) or []
        if step == "pay" and not planned:
            # The applicant pays, again if the bank was down; that it is paid is the program's to find out.
            assert httpx2.post(f"{self.payments}/bills/{number}/pay").status_code in (200, 503)
            return False
        if step == "system" or not (visit["decisions"] or planned):
            return False
        body: dict[str, Any]
        said = planned[0] if planned else visit["decisions"][0]["code"]
        if said == "*withdraw":
            path, body = "withdraw", {"desk": "loket-pendaftaran", "reason": "Pindah kota"}
            officer = self.officers["loket-pendaftaran"]
        elif said == "resubmit":
            path, body = "resubmit", {"visit": visit["visit"]}
        else:
            path, body = "decisions", {"decision": said, "visit": visit["visit"], "reason": "Belum sesuai"}
            if said == "return":
                body["requirements"] = [next(iter(self.office.book_in_force(document.service).workflow.requirements))]
        answer = officer.post(f"/applications/{number}/{path}", body, seen=application["version"])
        if answer.status_code == 409:  # Something happened meanwhile; next time.
            return False
        assert answer.status_code == 200, answer.text
        if planned:
            planned.pop(0)
        document.ended = not answer.json()["desks"]
        self.said.add((document.service, step, said))
        return True

    def _queue(self, officer: Officer) -> Iterator[Mapping[str, Any]]:
        after = ""
        while True:
            page = officer.get(f"/desks/{officer.desk}/queue?limit=200{after}")
            yield from page["items"]
            if page["next"] is None:
                return
            after = f"&after={page['next']}"

    def close(self) -> None:
        for officer in self.officers.values():
            officer.close()
