"""What is wrong with what was handed in: a return lists every defect at once - requirement, reason, what to repair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routing.domain.workflow import Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One thing the applicant has to repair."""

    #: code of the requirement
    requirement: str
    #: what is wrong with it, in words
    reason: str = ""
    #: what to do about it, in words
    repair: str = ""


def named_requirements(requirements: Sequence[str], defects: Sequence[Defect]) -> tuple[str, ...]:
    """Everything that is to be repaired, each once, in the order it was named."""
    return tuple(dict.fromkeys((*requirements, *(defect.requirement for defect in defects))))


def defects_in_words(workflow: Workflow, reason: str, defects: Sequence[Defect]) -> str:
    """The reason, and a line for each defect that says more than its requirement; free text, kept beside the log."""
    lines = [reason.strip()]
    for defect in defects:
        need = workflow.requirements.get(defect.requirement)
        said = " → ".join(part.strip() for part in (defect.reason, defect.repair) if part.strip())
        if said and need is not None:
            lines.append(f"{need.label.id}: {said}")
    return "\n".join(line for line in lines if line)
