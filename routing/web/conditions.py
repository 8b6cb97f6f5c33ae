"""A condition of a service in words, where it is one of the plain ones; any other stays as it is written.

Only for reading: what holds is decided by the expression itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from routing.domain.fields import FieldKind
from routing.domain.workflow import Workflow
from routing.web.wording import N_, Wording

#: What an applicant is called.
APPLICANTS: Mapping[str, str] = MappingProxyType({"person": N_("a person"), "business": N_("a business")})
#: How an application comes in.
CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        "counter": N_("at a counter"),
        "village": N_("on a visit to the village"),
        "market": N_("at a market counter"),
        "self-service": N_("at a self-service machine"),
        "online": N_("online"),
    }
)

_CLAUSE = re.compile(r"(!?)\s*(?:form\.(\w+)|(applicant\.kind)|(channel))\s*(?:(==|!=|>=|<=|>|<)\s*('[^']*'|[\w.-]+))?")
_NEGATIONS = {"==": "!=", "!=": "=="}


def condition_in_words(source: str, workflow: Workflow, wording: Wording) -> str:
    """``form.kind == 'videotron'`` is "Kind of advertisement: Video board"."""
    for operator, joined in (("&&", N_(" and ")), ("||", N_(" or "))):
        if operator in source and "(" not in source:
            parts = [_clause(part.strip(), workflow, wording) for part in source.split(operator)]
            said = [part for part in parts if part is not None]
            if len(said) == len(parts):
                return wording.text(joined).join(said)
    # What desks find out has no words of its own that a reader outside the office would know.
    depends = wording.text(N_("what the desks find out calls for it")) if "findings." in source else source
    return _clause(source.strip(), workflow, wording) or depends


def _clause(source: str, workflow: Workflow, wording: Wording) -> str | None:
    found = _CLAUSE.fullmatch(source)
    if found is None:
        return None
    negated, code, applicant, channel, operator, value = found.groups()
    value = (value or "").strip("'")
    if applicant or channel:
        if operator not in _NEGATIONS or negated:
            return None
        thing = wording.text(N_("Applicant") if applicant else N_("Channel"))
        said = wording.text((APPLICANTS if applicant else CHANNELS).get(value, value))
        return _compared(thing, operator, said, wording)
    field = workflow.form.get(code)
    if field is None:
        return None
    thing = wording.label(field.label)
    if operator is None:
        said = wording.text(N_("no") if negated else N_("yes"))
        return f"{thing}: {said}" if field.kind is FieldKind.YES_NO else None
    said = wording.label(field.choices[value]) if value in field.choices else _value(value, wording)
    return None if negated else _compared(thing, operator, said + (f" {field.unit}" if field.unit else ""), wording)


def _compared(thing: str, operator: str, said: str, wording: Wording) -> str:
    if operator == "==":
        return f"{thing}: {said}"
    if operator == "!=":
        return wording.text(N_("%(thing)s: not %(value)s")) % {"thing": thing, "value": said}
    return f"{thing} {operator.replace('>=', '≥').replace('<=', '≤')} {said}"


def _value(value: str, wording: Wording) -> str:
    words = {"true": N_("yes"), "false": N_("no")}
    if value in words:
        return wording.text(words[value])
    return value.replace(".", ",") if wording.language == "id" and re.fullmatch(r"[0-9.]+", value) else value
