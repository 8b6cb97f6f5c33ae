"""How long it takes to read the services of an office, and to judge one condition: no office is opened for it."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from routing.catalogue.expression_names import names_in
from routing.catalogue.expression_sites import sites_of
from routing.catalogue.office_files import read_office
from routing.catalogue.sample_facts import SampleFacts
from routing.catalogue.workflow_files import read_workflow, workflow_paths
from routing.domain.errors import MalformedField
from routing.domain.guards import compiled
from routing.domain.state_machine import RuleBook
from routing.domain.workflow import Workflow

#: So often every condition is judged.
_JUDGED = 20


def measure_language(folder: Path, services: int) -> dict[str, Any]:
    """Seconds for so many services, and microseconds a condition.

    The files of the folder stand in for those of a larger office, each under other codes as often as it takes. Raises
    MalformedField.
    """
    office, findings = read_office(folder / "office")
    texts = [path.read_text(encoding="utf-8") for path in workflow_paths(folder)]
    if office is None or not texts:
        problem = str(findings[0]) if findings else "there is no service in it"
        raise MalformedField(field=str(folder), problem=problem, way_out="Have it checked: satuatap workflow check.")
    with TemporaryDirectory(prefix="satuatap-bench-") as made:
        paths = [Path(made) / f"{place}.yaml" for place in range(services)]
        for place, path in enumerate(paths):
            text = texts[place % len(texts)]
            path.write_text(text.replace("\nservice: ", f"\nservice: s{place}-", 1), encoding="utf-8")
        began, busy = time.perf_counter(), time.process_time()
        read = [read_workflow(path, office)[0] for path in paths]
        from_files, of_processor = time.perf_counter() - began, time.process_time() - busy
    workflows = [workflow for workflow in read if workflow is not None]
    documents = [workflow.canonical for workflow in workflows]
    began = time.perf_counter()
    for document in documents:
        RuleBook(Workflow.model_validate_json(document))
    from_books = time.perf_counter() - began
    return {
        "services": len(workflows),
        "bytes_a_service": sum(map(len, texts)) // len(texts),
        "read_and_check_seconds": round(from_files, 3),
        # On a machine that does other work, too, this is what says something.
        "read_and_check_processor_seconds": round(of_processor, 3),
        "from_the_books_seconds": round(from_books, 3),
        **_conditions(workflows[: len(texts)]),
    }


def _conditions(workflows: list[Workflow]) -> dict[str, Any]:
    """Every condition of these services, judged over facts its service could have."""
    cases = []
    for workflow in workflows:
        samples = SampleFacts(workflow)
        cases += [
            (compiled(site.source), next(samples.one_by_one([names_in(site.source)])))
            for site in sites_of(workflow)
            if not site.is_amount
        ]
    began = time.perf_counter()
    for _ in range(_JUDGED):
        for expression, facts in cases:
            expression.judge(facts)
    took = time.perf_counter() - began
    return {"conditions": len(cases), "condition_microseconds": round(took / max(1, len(cases) * _JUDGED) * 1e6, 1)}
