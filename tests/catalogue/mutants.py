"""Clean services with one thing changed, and who notices: ``python3 -m tests.catalogue.mutants 500`` counts.

A mutant that neither the checker nor a scenario notices is a mistake an office could publish without a word.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from routing.catalogue.checker import check_workflow
from routing.catalogue.office_files import OfficePlan, read_office
from routing.catalogue.workflow_files import default_folder, read_workflow, workflow_paths
from routing.domain.workflow import Workflow
from routing.settings import load_settings
from routing.workshop.coverage import Coverage
from routing.workshop.scenario_files import read_scenarios
from routing.workshop.scenario_walk import play
from routing.workshop.stage import Stage, throwaway_stage

Route = dict[str, Any]
FOLDER = default_folder()


@dataclass(frozen=True)
class Mutant:
    """One service with one thing changed."""

    path: Path
    kind: str
    #: what was changed, in words
    told: str
    route: Route


class NothingToChange(Exception):
    """The service has no such thing."""


def _decisions(route: Route) -> list[tuple[str, str, Route]]:
    return [
        (code, decision, rule) for code, step in route["steps"].items() for decision, rule in step["decisions"].items()
    ]


def _one(chance: random.Random, things: list[Any]) -> Any:
    if not things:
        raise NothingToChange
    return chance.choice(things)


def _drop_a_target(route: Route, chance: random.Random) -> str:
    code, decision, _ = _one(chance, _decisions(route))
    del route["steps"][code]["decisions"][decision]
    return f"{decision} at {code} is gone"


def _swap_two_targets(route: Route, chance: random.Random) -> str:
    code, decision, one = _one(chance, _decisions(route))
    at, other, two = _one(chance, [rule for rule in _decisions(route) if rule[2]["to"] != one["to"]])
    one["to"], two["to"] = two["to"], one["to"]
    return f"{decision} at {code} leads to {one['to']}, and {other} at {at} to {two['to']}"


def _lead_elsewhere(route: Route, chance: random.Random) -> str:
    code, decision, rule = _one(chance, _decisions(route))
    rule["to"] = _one(chance, [to for to in [*route["steps"], *route["ends"]] if to != rule["to"]])
    return f"{decision} at {code} leads to {rule['to']}"


def _rename_a_desk(route: Route, chance: random.Random) -> str:
    code, step = _one(chance, list(route["steps"].items()))
    place = chance.randrange(len(step["desks"]))
    old = step["desks"][place]
    # A slip of the pen. That another desk of the office was meant, no program can know: it would be a route, too.
    cut = chance.randrange(1, len(old))
    step["desks"][place] = new = old[:cut] + chance.choice("aeiou") + old[cut:]
    return f"{old} at {code} is called {new}"


def _guards(route: Route) -> list[tuple[str, Route, str]]:
    steps = route["steps"].items()
    held = [(f"step {code}", step) for code, step in steps]
    held += [(f"{decision} at {code}", rule) for code, decision, rule in _decisions(route)]
    held += [(f"requirement {code}", need) for code, need in route["requirements"].items()]
    held += [(f"fee {fee['label']['en']}", fee) for fee in route["fees"]]
    asked = [(f"{desk} at {code}", step["only_if_at"], desk) for code, step in steps for desk in step["only_if_at"]]
    return [*((where, holder, "only_if") for where, holder in held if holder["only_if"]), *asked]


def _remove_a_guard(route: Route, chance: random.Random) -> str:
    where, holder, key = _one(chance, _guards(route))
    source = holder[key]
    if key == "only_if":
        holder[key] = None
    else:
        del holder[key]
    return f"{where} is without its condition {source}"


def _turn_a_guard_round(route: Route, chance: random.Random) -> str:
    where, holder, key = _one(chance, _guards(route))
    holder[key] = f"!({holder[key]})"
    return f"{where} has the condition {holder[key]}"


def _close_one_pair_of_eyes(route: Route, chance: random.Random) -> str:
    code, decision, rule = _one(chance, [one for one in _decisions(route) if one[2]["not_by"]])
    rule["not_by"] = []
    return f"{decision} at {code} takes one pair of eyes"


def _change_an_outcome(route: Route, chance: random.Random) -> str:
    code, end = _one(chance, list(route["ends"].items()))
    end["outcome"] = chance.choice([one for one in ("granted", "refused", "withdrawn") if one != end["outcome"]])
    return f"{code} is {end['outcome']}"


def _wait_for_fewer(route: Route, chance: random.Random) -> str:
    code, step = _one(chance, [(code, step) for code, step in route["steps"].items() if step.get("join")])
    step["join"] = "any" if step["join"] != "any" else "all"
    return f"{code} waits for {step['join']}"


def _drop_a_step(route: Route, chance: random.Random) -> str:
    code = _one(chance, list(route["steps"]))
    del route["steps"][code]
    return f"the step {code} is gone"


#: The four that everybody makes, and others of their kind.
KINDS: dict[str, Callable[[Route, random.Random], str]] = {
    "drop a target": _drop_a_target,
    "swap two targets": _swap_two_targets,
    "rename a desk": _rename_a_desk,
    "remove a guard": _remove_a_guard,
    "lead elsewhere": _lead_elsewhere,
    "turn a guard round": _turn_a_guard_round,
    "close one pair of eyes": _close_one_pair_of_eyes,
    "change an outcome": _change_an_outcome,
    "wait for fewer": _wait_for_fewer,
    "drop a step": _drop_a_step,
}


#: After so many draws without anything new, a kind is taken to be used up: of joins, for one, there are not many.
_MOST_DRAWS = 200


def mutants(plan: OfficePlan, count: int, *, seed: int = 1) -> Iterator[Mutant]:
    """So many, all different, of all kinds in turn; the same seed gives the same."""
    chance = random.Random(seed)
    read = [(path, read_workflow(path, plan)[0]) for path in workflow_paths(FOLDER)]
    clean = [(path, workflow.model_dump_json()) for path, workflow in read if workflow is not None]
    kinds = list(KINDS)
    seen: set[tuple[Path, str]] = set()
    while len(seen) < count:
        kind = kinds.pop(0)
        for _ in range(_MOST_DRAWS):
            path, written = chance.choice(clean)
            route: Route = json.loads(written)
            try:
                told = KINDS[kind](route, chance)
            except NothingToChange:
                continue
            if (path, told) not in seen:
                seen.add((path, told))
                kinds.append(kind)
                yield Mutant(path, kind, told, route)
                break


def noticed_by(mutant: Mutant, stage: Stage, plan: OfficePlan, no: int) -> str | None:
    """Who notices: the language, the checker or a scenario; None: nobody."""
    try:
        workflow = Workflow.model_validate(mutant.route)
    except ValidationError:
        return "language"
    if check_workflow(workflow, plan):
        return "checker"
    scenarios = FOLDER / "tests" / mutant.path.name
    sheet, findings = read_scenarios(scenarios, {workflow.service: workflow})
    if sheet is None or findings:
        return "scenarios"
    coverage = Coverage(workflow)
    for place, scenario in enumerate(sheet.said.scenarios):
        route = workflow
        if workflow.quota is not None:  # It counts by service: one of its own each time.
            route = Workflow.model_validate({**mutant.route, "service": f"m{no}-{place}-{workflow.service}"})
        stage.clock.now = sheet.said.begins
        stage.puts_on(route)
        if play(stage, route, scenario, coverage):
            return "scenarios"
    return "coverage" if coverage.missing else None


def survivors(count: int, *, seed: int = 1) -> tuple[list[Mutant], Counter[tuple[str, str | None]]]:
    """Those nobody noticed, and how many of each kind were noticed by whom."""
    plan, findings = read_office(FOLDER / "office")
    assert plan is not None, findings
    counted: Counter[tuple[str, str | None]] = Counter()
    left = []
    with throwaway_stage(plan, load_settings()) as stage:
        for no, mutant in enumerate(mutants(plan, count, seed=seed)):
            who = noticed_by(mutant, stage, plan, no)
            counted[mutant.kind, who] += 1
            if who is None:
                left.append(mutant)
    return left, counted


def main(count: int, seed: int) -> None:
    left, counted = survivors(count, seed=seed)
    for kind in KINDS:
        who = {said or "nobody": number for (of, said), number in sorted(counted.items(), key=str) if of == kind}
        sys.stdout.write(f"{kind}: {who}\n")
    for mutant in left:
        sys.stdout.write(f"nobody notices: {mutant.path.stem}: {mutant.told}\n")
    sys.stdout.write(f"{count - len(left)} of {count} noticed ({100 * (count - len(left)) / count:.1f} %)\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
