"""Visitors of the pages: browsers without a screen, before a mall whose documents are carried by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from routing.actions.deliver import deliver
from routing.actions.keep_accounts import assign, open_account, set_password
from routing.actions.open_demo import open_demo
from routing.actions.ring import collect_rings
from routing.catalogue.workflow_files import default_folder
from routing.cli.publishing import publish_files
from routing.office import Office
from routing.web.app import make_web
from tests.clock import Clock

SERVICE = "sip-dokter"
#: Publishing all services for every test would take half a second each.
SERVICES = (SERVICE, "izin-reklame", "nib")
PASSWORD = "kata-sandi-uji"
NIK = "3579014506900001"
REQUIRED = ("form", "id-card", "registration", "practice-place", "photo")
#: Who decides what on the way of a permit, from the first desk after the counter.
WAY = (
    ("omar", "verifikasi", "forward"),
    ("sari", "dinas-kesehatan", "recommend"),
    ("wayan", "penomoran", "forward"),
    ("ratna", "kepala-dinas", "sign"),
    ("dewi", "pengecekan-sk", "forward"),
    ("budi", "loket-penyerahan", "hand-over"),
)


@dataclass
class WebMall:
    """An office with its pages, its clock and its people."""

    office: Office
    clock: Clock
    password: str

    @cached_property
    def web(self) -> FastAPI:
        return make_web(self.office)

    @contextmanager
    def visitor(self, base_url: str = "http://localhost") -> Iterator[Visitor]:
        """Somebody with a browser of their own."""
        with TestClient(self.web, base_url=base_url, follow_redirects=False) as client:
            yield Visitor(client, self)

    @contextmanager
    def signed_in(self, account: str) -> Iterator[Visitor]:
        """A demo account, signed in."""
        with self.visitor() as visitor:
            visitor.sign_in(account, self.password)
            yield visitor

    def carry(self) -> None:
        """What relay and workers do: every document on its way arrives."""
        for message in collect_rings(self.office):
            deliver(self.office, message.hand_offs)

    def add_person(self, code: str, held: list[tuple[str, str | None]], password: str = PASSWORD) -> None:
        open_account(self.office, code=code, name=code.title())
        assign(self.office, code, held)
        set_password(self.office, code, password)


class Visitor:
    """A browser: follows forms as a browser does, with the token each of them carries."""

    def __init__(self, client: TestClient, mall: WebMall) -> None:
        self.client, self.mall = client, mall

    def get(self, path: str, **headers: str) -> Response:
        return self.client.get(path, headers={"accept": "text/html", **headers})

    def send(self, page: str, action: str, fields: dict | None = None, **headers: str) -> Response:
        """Opens ``page`` and sends its form to ``action``."""
        return self.post(action, {**hidden_fields(self.get(page).text, action), **(fields or {})}, **headers)

    def post(self, path: str, fields: dict, **headers: str) -> Response:
        return self.client.post(path, data=fields, headers={"accept": "text/html", **headers})

    def sign_in(self, account: str, password: str, page: str = "/sign-in") -> Response:
        return self.send(page, "/sign-in", {"account": account, "password": password})

    def token(self, page: str = "/staff") -> str:
        """The form token of this session."""
        html = self.client.get(page, follow_redirects=True).text
        return part_of(html, r'name="form_token" value="([^"]+)"')

    def register(self, **changed: object) -> Response:
        page = f"/counter/new/{SERVICE}"
        return self.send(page, page, registration_fields() | changed)

    def registered(self, **changed: object) -> str:
        """The number of a new application, which has arrived at the first desk."""
        answer = self.register(**changed)
        assert answer.status_code == 303, answer.text
        self.mall.carry()
        return answer.headers["location"].rsplit("/", 1)[1]

    def decide(self, number: str, decision: str, **fields: object) -> Response:
        """Takes the document, if it has to be taken, and decides."""
        page = self.get(f"/applications/{number}").text
        claim = re.search(rf'action="(/applications/{number}/visits/\d+/claim)"', page)
        if claim:
            self.post(claim[1], hidden_fields(page, claim[1]))
            page = self.get(f"/applications/{number}").text
        form = part_of(page, rf'href="(/applications/{number}/visits/\d+/decide/{decision})"')
        answer = self.send(form, form, fields)
        self.mall.carry()
        return answer


def registration_fields() -> dict[str, object]:
    return {
        "name": "Siti Rahmawati",
        "nik": NIK,
        "phone": "0812 3456 7890",
        "form.place": "Klinik Sehat, Jalan Diponegoro 12",
        "paper": list(REQUIRED),
    }


def part_of(page: str, pattern: str) -> str:
    """What the pattern's first group matches; fails where the page has nothing like it."""
    found = re.search(pattern, page, re.DOTALL)
    assert found, f"nothing like {pattern} in: {page}"
    return str(found[1])


def hidden_fields(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the form with this action."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', html, re.DOTALL)
    assert form, f"no form to {action} in the page: {html[:2000]}"
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0])
    return {name: unescape(value) for name, value in found}


def open_mall(office: Office, clock: Clock) -> WebMall:
    """Publishes the office and its service, and opens the demo accounts."""
    files = [default_folder() / f"{service}.yaml" for service in SERVICES]
    assert SERVICE in publish_files(office, files, by="tests").published
    # As a web does when it starts; its first receipt would write it into the log otherwise.
    office.receipt_key()
    return WebMall(office, clock, open_demo(office)[0].password)
