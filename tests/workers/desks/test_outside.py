"""What the programs make of systems outside that are slow, down, wrong or not there: over real HTTP."""

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from routing.actions.attend import Matter
from routing.domain.application import Particulars
from routing.domain.automatic_desks import NotYet
from routing.domain.decision import Decision
from routing.domain.fields import Fact
from routing.domain.program_troubles import (
    NotConnected,
    OutsideAway,
    OutsideBroken,
    OutsideRefused,
    OutsideUnclear,
    ProgramTrouble,
)
from routing.domain.workflow import DECISIONS_OF, Program
from routing.settings import Settings
from tests.servers.ports import free_port
from workers.desks import programs
from workers.desks.oss import Oss
from workers.desks.payment import Payment
from workers.desks.simulators import Temper, simulating

WHO = Particulars(name="Putu", nik="3579014107900001")
MATTER = Matter(number="NIB-2026-000001-4", service="nib", key="NIB-2026-000001-4:3", who=WHO, attempt=1)


def test_there_is_a_program_for_every_word_of_the_language() -> None:
    assert set(programs(Settings())) == set(Program) == set(DECISIONS_OF)


def test_a_number_is_issued_once_however_often_it_is_asked_for() -> None:
    with simulating(Temper()) as (address, simulators):
        first, second = Oss(address, 20)(MATTER), Oss(address, 20)(MATTER)
        assert simulators.asked == {MATTER.key: 2}
    assert first == second
    assert isinstance(first, Decision)
    assert first.decision == "issue"
    assert len(first.reason) == len("NIB ") + 13


def test_a_high_risk_is_referred() -> None:
    form: dict[str, Fact] = {"risk": "medium-high"}
    with simulating(Temper()) as (address, _):
        said = Oss(address, 20)(Matter(number="X", service="nib", key="X:3", who=WHO, attempt=1, form=form))
    assert isinstance(said, Decision)
    assert said.decision == "refer"


def test_an_open_bill_is_asked_for_again_and_a_paid_one_decides() -> None:
    with simulating(Temper(pays_after=None)) as (address, simulators):
        payment = Payment(address, 20)
        assert isinstance(payment(MATTER), NotYet)
        simulators.answer("POST", f"/bills/{MATTER.number}/pay", "hand", {})
        said = payment(MATTER)
    assert isinstance(said, Decision)
    assert said.decision == "paid"


@pytest.mark.parametrize(
    ("temper", "seconds", "trouble"),
    [
        (Temper(slow=1.0, slow_seconds=1.0), 0.2, OutsideAway),
        (Temper(down=1.0), 20, OutsideBroken),
        (Temper(wrong=1.0), 20, OutsideUnclear),
    ],
)
def test_a_system_that_behaves_badly_is_told_of_in_a_sentence(
    temper: Temper, seconds: float, trouble: type[ProgramTrouble]
) -> None:
    with simulating(temper) as (address, _):
        for program in (Oss(address, seconds), Payment(address, seconds)):
            with pytest.raises(trouble) as told:
                program(MATTER)
            assert WHO.nik not in str(told.value) + str(told.value.facts)


def test_a_system_that_is_not_there_is_away_and_one_that_is_not_set_is_not_connected() -> None:
    with pytest.raises(OutsideAway):
        Oss(f"http://127.0.0.1:{free_port()}", 1)(MATTER)
    with pytest.raises(NotConnected, match="SATUATAP_PAYMENT_URL"):
        Payment(None, 1)(MATTER)


ANSWERS = [
    (b"", OutsideUnclear), (b"<html>", OutsideUnclear), (b"[]", OutsideUnclear), (b'"issued"', OutsideUnclear),
    (b'{"application": "NIB-2026-000001-4", "status": "issued"}', OutsideUnclear),
    (b'{"application": "NIB-2026-000001-4", "status": "issued", "nib": 1234567890123}', OutsideUnclear),
    (b'{"application": "NIB-2026-000002-2", "status": "issued", "nib": "1234567890123"}', OutsideUnclear),
    (b"[" * 70_000, OutsideUnclear), (b"\xff\xfe", OutsideUnclear),
]  # fmt: skip


class _Says:
    status, body = 200, b""


@pytest.fixture
def somebody() -> Iterator[tuple[str, type[_Says]]]:
    """A web server that answers what it is told to."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(_Says.status)
            self.send_header("Content-Length", str(len(_Says.body)))
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(_Says.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", _Says
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(("body", "trouble"), ANSWERS)
def test_no_answer_but_the_agreed_one_is_believed(
    somebody: tuple[str, type[_Says]], body: bytes, trouble: type[ProgramTrouble]
) -> None:
    address, says = somebody
    says.status, says.body = 200, body
    with pytest.raises(trouble):
        Oss(address, 20)(MATTER)


@pytest.mark.parametrize(("status", "trouble"), [(302, OutsideRefused), (400, OutsideRefused), (429, OutsideBroken)])
def test_a_refusal_outside_is_told_apart_from_a_fault_there(
    somebody: tuple[str, type[_Says]], status: int, trouble: type[ProgramTrouble]
) -> None:
    address, says = somebody
    says.status, says.body = status, b"{}"
    with pytest.raises(trouble):
        Oss(address, 20)(MATTER)


@contextmanager
def dripping(first: bytes, drop: bytes, rest: bytes) -> Iterator[tuple[str, Event]]:
    """A system that says ``first``, then five seconds long a drop at a time, then the ``rest``; and: is it cut off?"""
    is_cut_off = Event()

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                connection.sendall(first)
                for _ in range(250):
                    # Until the other side has closed it, when there is something to read: the end.
                    if select.select([connection], [], [], 0.02)[0]:
                        break
                    connection.sendall(drop)
                else:
                    connection.sendall(rest)
                    return
            except OSError:
                pass
            is_cut_off.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=lambda: answer(server.accept()[0]))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", is_cut_off
        thread.join()


GOOD = b'{"application": "NIB-2026-000001-4", "status": "paid"}'


@pytest.mark.parametrize(
    ("first", "drop", "rest"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-Drop: 1\r\n", b"Content-Length: %d\r\n\r\n%s" % (len(GOOD), GOOD)),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b" ", GOOD),
    ],
    ids=["headers", "body"],
)
def test_a_system_that_answers_in_drops_is_cut_off_at_the_deadline(first: bytes, drop: bytes, rest: bytes) -> None:
    with dripping(first, drop, rest) as (address, is_cut_off):
        with pytest.raises(OutsideAway):
            Payment(address, 0.3)(MATTER)
        assert is_cut_off.wait(20)
