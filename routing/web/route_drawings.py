"""The drawing of each service's route: laid out once a version and language, and kept while the process lives."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass

from routing.domain.errors import UnknownService
from routing.domain.workflow import Workflow
from routing.formats.diagrams import svg_of
from routing.formats.route_drawing import draw_route
from routing.formats.route_in_words import told_route
from routing.office import Office
from routing.reading.catalogue import directory

#: Drawings that are kept; an office has fewer services, in two languages.
_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDrawing:
    """A route as a drawing and as sentences."""

    workflow: Workflow
    svg: bytes
    #: changes when the drawing does: with the version, or with what a desk is called
    tag: str
    #: one a step
    sentences: tuple[str, ...]


class RouteDrawings:
    """The drawings of this office's services."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._kept: dict[str, RouteDrawing] = {}
        self._lock = threading.Lock()

    def of(self, service: str, language: str) -> RouteDrawing:
        """The drawing of the version in force. Raises UnknownService, also for a route derived from a log."""
        workflow = self._office.book_in_force(service).workflow
        if workflow.imported_from is not None:
            raise UnknownService(service=service, known="-")
        with self._office.reading() as connection:
            desks = directory(connection).desks
        used = sorted({desk for step in workflow.steps.values() for desk in step.desks})
        names = {code: desks[code].label.in_language(language) for code in used if code in desks}
        tag = hashlib.sha256(repr((workflow.content_hash, language, names)).encode()).hexdigest()[:32]
        with self._lock:
            found = self._kept.get(tag)
            if found is None:
                if len(self._kept) >= _MOST:
                    self._kept.clear()
                found = self._kept[tag] = _drawn(workflow, language, names, tag)
            return found


def _drawn(workflow: Workflow, language: str, names: dict[str, str], tag: str) -> RouteDrawing:
    sentences = told_route(workflow, language=language, names=names)
    svg = svg_of(
        draw_route(workflow, language=language, names=names),
        title=workflow.label.in_language(language),
        description=" ".join(sentences),
    )
    return RouteDrawing(workflow=workflow, svg=svg.encode(), tag=tag, sentences=sentences)
