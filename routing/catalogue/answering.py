"""Whether a route says with which decision the office answers, and which one declares a file complete, without doubt.

Where it does not say, promise and legal limit run until the document has been fetched: whoever comes late for a permit
that was signed in time would make the office late, or be deemed granted what was granted.
"""

from __future__ import annotations

from collections.abc import Iterator

from routing.catalogue.findings import Finding, Path, Say, shown
from routing.catalogue.office_files import OfficePlan
from routing.domain.workflow import Outcome, Step, Workflow

#: What can be marked, and what it is called.
_MARKS = {"answers": "the office's answer", "completes": "what declares the file complete"}


def check_answering(workflow: Workflow, office: OfficePlan | None, say: Say) -> Iterator[Finding]:
    """Everything wrong with what is marked, and what should be."""
    yield from _marked(workflow, say)
    yield from _taken_back(workflow, say)
    if workflow.imported_from is None:
        yield from _not_said(workflow, office, say)


def _marked(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """What a mark says holds for whoever comes to the steps behind it."""
    for code, step in workflow.steps.items():
        for decision, rule in step.decisions.items():
            for mark, meaning in _MARKS.items():
                if not getattr(rule, mark):
                    continue
                path: Path = ("steps", code, "decisions", decision, mark)
                before = workflow.before_answer if mark == "answers" else workflow.before_complete
                if rule.to not in workflow.ends and (rule.to in before or rule.to not in workflow.steps):
                    problem = f"{shown(decision)} at {shown(code)} is {meaning}, but {shown(rule.to)} can be reached "
                    problem += "without it."
                    way_out = "Mark every decision that leads there, or give what comes behind it a step of its own."
                    yield say(path, "mark-passed-by", problem, way_out)


def _taken_back(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """Once the office has answered, nothing is returned to the applicant as if it had not."""
    before = workflow.before_answer
    for code, step in workflow.steps.items() if before else ():
        for decision, rule in step.decisions.items():
            target = workflow.steps.get(rule.to)
            if code not in before and target is not None and rule.to in before and target.pause is not None:
                problem = f"{shown(decision)} at {shown(code)} takes the answer back, and no time stands still then."
                way_out = "Let it lead to a step of the office, or to one that is reached behind the answer only."
                yield say(("steps", code, "decisions", decision, "to"), "answer-returned", problem, way_out)


def _not_said(workflow: Workflow, office: OfficePlan | None, say: Say) -> Iterator[Finding]:
    limit, before = workflow.legal_limit, workflow.before_answer
    is_deemed = limit is not None and limit.deemed != "no"
    deemed_at = limit.to if limit is not None else None
    for code, step in workflow.steps.items():
        if code == deemed_at or (before and code not in before):
            continue
        for decision, rule in step.decisions.items():
            end = workflow.ends.get(rule.to)
            if end is None or end.outcome is not Outcome.GRANTED or rule.answers:
                continue
            if is_deemed or _hands_over(workflow, code, step, office):
                why = "the law deems granted what is not answered in time" if is_deemed else "a counter hands it over"
                problem = f"{shown(decision)} at {shown(code)} grants, {why}, and no decision before it is the answer."
                way_out = "Write answers: true at the decision that is (a signature, an issue), be it this one."
                yield say(("steps", code, "decisions", decision), "answer-not-said", problem, way_out)


def _hands_over(workflow: Workflow, code: str, step: Step, office: OfficePlan | None) -> bool:
    """Whether somebody comes to a counter for it, some day; where minutes are promised they are waiting there."""
    if office is None or code in workflow.intake or step.waits_for != "office" or step.automatic is not None:
        return False
    if workflow.working_days is None and workflow.legal_limit is None:
        return False
    here = [office.desk_by_code.get(desk) for desk in step.desks]
    return all(desk is not None and desk.counter for desk in here)
