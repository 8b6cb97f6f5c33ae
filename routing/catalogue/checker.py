"""Whether a route makes sense: what it names exists, every step can be reached, and from every step some end.

Works on a ``Workflow``, be it from a file or derived from a log; ``locate`` says where its parts stand. The rules stand
by subject in the modules beside this one; here is the order in which they are asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from routing.catalogue.answering import check_answering
from routing.catalogue.conditions import check_conditions
from routing.catalogue.desks_at_once import check_desks_at_once
from routing.catalogue.findings import Finding, Locate, Path, Say, first_findings, nowhere
from routing.catalogue.four_eyes import check_four_eyes
from routing.catalogue.how_time_counts import check_how_time_counts
from routing.catalogue.known_in_time import check_known_in_time
from routing.catalogue.names_in_route import check_codes, check_targets
from routing.catalogue.office_files import OfficePlan
from routing.catalogue.office_words import check_office_words
from routing.catalogue.optional_steps import check_optional_steps
from routing.catalogue.promise import check_promise
from routing.catalogue.reach import check_reach
from routing.catalogue.route_graph import RouteGraph
from routing.catalogue.waiting_and_ending import check_waiting_and_ending
from routing.catalogue.what_is_asked import check_what_is_asked
from routing.catalogue.what_time_decides import check_what_time_decides
from routing.catalogue.wording import check_standard, check_wording
from routing.domain.workflow import Workflow


def check_workflow(
    workflow: Workflow, office: OfficePlan | None, *, file: str | None = None, locate: Locate = nowhere
) -> tuple[Finding, ...]:
    """Everything wrong with the route; without an office, what only the office knows stays unchecked."""
    name = file or workflow.imported_from or workflow.service

    def say(path: Path, code: str, problem: str, way_out: str) -> Finding:
        line, column = locate(path)
        return Finding(file=name, line=line, column=column, code=code, problem=problem, way_out=way_out)

    # A target that does not exist makes half the route look unreachable: first things first.
    return first_findings(_single_things(workflow, office, say)) or first_findings(_whole_route(workflow, office, say))


def _single_things(workflow: Workflow, office: OfficePlan | None, say: Say) -> Iterator[Finding]:
    yield from check_codes(workflow, say)
    yield from check_targets(workflow, say)
    if office is not None:
        yield from check_office_words(workflow, office, say)
        # What a service must say to the public is asked of an office, not of a sketch of a route.
        yield from check_standard(workflow, say)
    yield from check_what_is_asked(workflow, say)
    yield from check_waiting_and_ending(workflow, say)
    yield from check_how_time_counts(workflow, say)
    yield from check_optional_steps(workflow, say)
    yield from check_conditions(workflow, say)
    yield from check_wording(workflow, say)


def _whole_route(workflow: Workflow, office: OfficePlan | None, say: Say) -> Iterator[Finding]:
    graph = RouteGraph(workflow)
    yield from check_reach(graph, say)
    yield from check_desks_at_once(workflow, say)
    yield from check_four_eyes(graph, say)
    yield from check_known_in_time(graph, say)
    yield from check_what_time_decides(graph, say)
    yield from check_answering(workflow, office, say)
    yield from check_promise(graph, say)
