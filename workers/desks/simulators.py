"""Stand-ins for OSS and the payment system that behave as badly as the real ones: slow, down, wrong, forgetful.

For try-outs (``up --demo``, ``satuatap simulate``) and for tests, over real HTTP on an address of this machine. An
application is paid as soon as somebody says so (``POST /bills/<number>/pay``) or, with ``pays_after``, by itself.
"""

from __future__ import annotations

import hashlib
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_LARGEST_REQUEST = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Temper:
    """How the simulated systems behave; shares of all requests, between 0 and 1."""

    #: answers only after ``slow_seconds``
    slow: float = 0.0
    slow_seconds: float = 15.0
    #: answers 503
    down: float = 0.0
    #: answers with something else than was asked
    wrong: float = 0.0
    #: a bill is paid by itself so many seconds after it was first asked for; None: only when somebody pays
    pays_after: float | None = 2.0
    seed: int = 0


class Simulators:
    """Both systems behind one address; what has been answered once is answered so again."""

    def __init__(self, temper: Temper) -> None:
        self.temper = temper
        self._chance = random.Random(temper.seed)  # noqa: S311 - bad luck need not be unguessable
        self._lock = threading.Lock()
        self._billed: dict[str, float] = {}
        self._paid: set[str] = set()
        #: requests so far, by the key they came under
        self.asked: dict[str, int] = {}

    def answer(self, method: str, path: str, key: str, sent: dict[str, Any]) -> tuple[int, Any]:
        """Status and document; may take its time."""
        with self._lock:
            self.asked[key] = self.asked.get(key, 0) + 1
            luck = self._chance.random()
        if luck < self.temper.slow:
            time.sleep(self.temper.slow_seconds)
        elif luck < self.temper.slow + self.temper.down:
            return 503, {"error": "sedang dalam pemeliharaan"}
        elif luck < self.temper.slow + self.temper.down + self.temper.wrong:
            return 200, {"application": "LAIN-2026-000000-0", "status": "issued", "nib": "12345"}
        parts = path.strip("/").split("/")
        if method == "POST" and parts == ["nib"]:
            return 200, self._nib(sent)
        if parts[0] == "bills" and len(parts) in (2, 3):
            return 200, self._bill(parts[1], pays=method == "POST" and parts[2:] == ["pay"])
        return 404, {"error": "tidak dikenal"}

    def _nib(self, sent: dict[str, Any]) -> dict[str, Any]:
        number = str(sent.get("application", ""))
        answers = sent.get("answers")
        if isinstance(answers, dict) and answers.get("risk") in ("medium-high", "high"):
            return {"application": number, "status": "needs-verification"}
        digits = int.from_bytes(hashlib.sha256(number.encode()).digest()[:8], "big") % 10**13
        return {"application": number, "status": "issued", "nib": f"{digits:013}"}

    def _bill(self, number: str, *, pays: bool) -> dict[str, Any]:
        now = time.monotonic()
        with self._lock:
            first = self._billed.setdefault(number, now)
            after = self.temper.pays_after
            if pays or (after is not None and now - first >= after):
                self._paid.add(number)
            is_paid = number in self._paid
        reference = hashlib.sha256(b"bill" + number.encode()).hexdigest()[:12].upper()
        return {"application": number, "status": "paid" if is_paid else "open"} | (
            {"reference": reference} if is_paid else {}
        )


@contextmanager
def simulating(temper: Temper, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[tuple[str, Simulators]]:
    """The simulators' address (``http://...``) and themselves, while the block runs."""
    simulators = Simulators(temper)
    server = ThreadingHTTPServer((host, port), _handler(simulators))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="simulators", daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}", simulators
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _handler(simulators: Simulators) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def log_message(self, *_words: object) -> None:
            """Says nothing: what is asked for names people."""

        def _answer(self, method: str) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), _LARGEST_REQUEST)
            try:
                sent = json.loads(self.rfile.read(length) or b"{}")
            except ValueError:
                sent = {}
            key = self.headers.get("Idempotency-Key") or self.path
            status, document = simulators.answer(method, self.path, key, sent if isinstance(sent, dict) else {})
            body = json.dumps(document).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # Whoever asked has hung up: it took too long.

    return Handler
