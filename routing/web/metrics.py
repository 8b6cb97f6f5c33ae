"""The mall in numbers, for Prometheus: what this process did, and what the database holds when it is asked.

Labels are services, desks, kinds, routes and codes this office knows, sets that do not grow by what visitors send, and
nothing is said of any single application or person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from routing.domain.errors import Fault, Refusal
from routing.domain.move import Move
from routing.office import Office
from routing.reading.desk_codes import desk_codes
from routing.reading.desk_queue import desk_counts
from routing.reading.hand_offs import hand_offs_on_their_way


class Metrics:
    """The counters of one web application; a registry of its own, so that two in a process do not mix."""

    def __init__(self, office: Office) -> None:
        self._registry = CollectorRegistry()
        self._moves = Counter(
            "satuatap_moves", "Moves this process wrote.", ["service", "kind"], registry=self._registry
        )
        self._refusals = Counter("satuatap_refusals", "How often the pages said no.", ["code"], registry=self._registry)
        self._requests = Histogram(
            "satuatap_request_seconds",
            "How long pages took to answer.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._registry.register(_Books(office))
        office.watchers.append(self._saw_moves)

    def saw_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request has been answered."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def saw_refusal(self, refusal: Refusal) -> None:
        """The pages said no."""
        self._refusals.labels(refusal.code).inc()

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)

    def _saw_moves(self, moves: Sequence[Move]) -> None:
        for move in moves:
            self._moves.labels(move.after.service, move.entries[0].kind).inc()


class _Books(Collector):
    """What the database holds at this moment."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def describe(self) -> Iterator[Metric]:
        """Nothing: otherwise the database would be asked before anybody reads."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """From the indexes of open visits; only that it is away, when it is."""
        up = GaugeMetricFamily("satuatap_database_up", "Whether the database answered.")
        try:
            found = list(self._found())
        except Fault:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from found

    def _found(self) -> Iterator[Metric]:
        travelling = hand_offs_on_their_way(self._office)
        yield GaugeMetricFamily("satuatap_hand_offs_on_the_way", "Sent, not arrived.", value=travelling.count)
        yield GaugeMetricFamily(
            "satuatap_oldest_hand_off_seconds", "Age of the oldest of them.", value=travelling.oldest_seconds
        )
        depth = GaugeMetricFamily("satuatap_desk_queue", "Documents that lie at the desk.", labels=["desk"])
        for desk, count in desk_counts(self._office, desk_codes(self._office)).items():
            depth.add_metric([desk], count.here)
        yield depth
