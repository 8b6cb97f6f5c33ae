"""What differs between two versions of a route, in words an office reads before it publishes.

Nothing that changes the content hash goes unsaid: fields are compared one by one and not by a list of those that
matter. A step under a new code is followed where the rest of it says that it is the same step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routing.domain.workflow import Workflow

#: What the parts of a route are called; a field without a name of its own goes by its code, with spaces.
_THINGS = {
    "steps": "step",
    "ends": "end",
    "requirements": "requirement",
    "form": "field",
    "decisions": "decision",
    "collects": "finding",
    "reasons": "reason",
}
#: Lists of sentences about the route as a whole.
_SENTENCES = {"sources": "source", "choices": "choice of the office"}
_FIELDS = {
    "to": "leads to",
    "only_if": "condition",
    "only_if_at": "condition at a desk",
    "not_by": "not by whoever decided at",
    "desk_by": "desk by rule",
    "otherwise": "skipped to",
    "join": "opinions that are waited for",
    "opinion": "is an opinion",
    "intake": "begins at",
    "working_days_at": "working days of single desks",
    "names_requirements": "lists what is to be repaired",
    "waits_for": "waits for",
    "stand_in": "stand-in desks",
    "from_steps": "from",
    "basis": "legal basis",
    "automatic": "program",
    "then": "ends in time as",
    "counts": "is counted in",
    "deemed": "its passing means",
    "pauses": "a pause",
}
#: Mappings from a code to a thing: what is in one and not in the other was added or removed.
_BY_CODE = frozenset({"steps", "ends", "requirements", "form", "decisions", "collects", "reasons"})
#: Parts of a service that are compared field by field.
_PARTS = {"standard": "standard", "clock": "clock", "legal_limit": "legal limit"}
_NOTHING: tuple[object, ...] = (None, "", [], {}, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was."""

    #: added, removed, changed, renamed, or reordered
    kind: str
    #: the thing it is about, part in part: ("step verify", "decision return"); empty: the service itself
    where: tuple[str, ...]
    #: the field, in words; empty where the whole thing came, went or was renamed
    field: str = ""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        place = ", ".join(self.where) or "service"
        if self.kind == "added":
            return f"added: {place}{f' ({self.after})' if self.after else ''}"
        if self.kind == "removed":
            return f"removed: {place}{f' ({self.before})' if self.before else ''}"
        if self.kind == "renamed":
            return f"looks renamed: {self.before} is now {self.after}"
        if self.kind == "reordered":
            return f"reordered: {place}: {self.field}: {self.before} -> {self.after}"
        return f"changed: {place}: {self.field}: {self.before or 'none'} -> {self.after or 'none'}"

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "kind": self.kind,
            "where": list(self.where),
            "field": self.field,
            "before": self.before,
            "after": self.after,
            "words": str(self),
        }


def differences(old: Workflow, new: Workflow) -> tuple[Difference, ...]:
    """Everything that differs, in the order in which the new version says it; empty: it is the same version."""
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    renamed = renamed_steps(old, new)
    named = tuple(
        Difference(kind="renamed", where=("step " + is_now,), before=f"step {was}", after=f"step {is_now}")
        for was, is_now in renamed.items()
    )
    return (*named, *_compare(_with_codes(before, renamed), after, ()))


def renamed_steps(old: Workflow, new: Workflow) -> dict[str, str]:
    """Steps that look like one of the other version under another code, by their old code.

    The same decisions at the same desks, or the same decisions under the same label; where several would fit, none.
    """
    gone = [code for code in old.steps if code not in new.steps]
    come = [code for code in new.steps if code not in old.steps]
    found: dict[str, str] = {}
    for alike in (_at_the_same_desks, _of_the_same_name):
        for code in gone:
            fits = [one for one in come if one not in found.values() and alike(old, code, new, one)]
            rivals = [one for one in gone if one not in found and fits and alike(old, one, new, fits[0])]
            if code not in found and len(fits) == 1 and rivals == [code]:
                found[code] = fits[0]
    return found


def _at_the_same_desks(old: Workflow, was: str, new: Workflow, is_now: str) -> bool:
    one, other = old.steps[was], new.steps[is_now]
    return one.decisions.keys() == other.decisions.keys() and one.desks == other.desks


def _of_the_same_name(old: Workflow, was: str, new: Workflow, is_now: str) -> bool:
    one, other = old.steps[was], new.steps[is_now]
    return one.decisions.keys() == other.decisions.keys() and one.label == other.label


def _with_codes(workflow: dict[str, Any], renamed: Mapping[str, str]) -> dict[str, Any]:
    """The route with the new codes of its steps, so that what only follows from a new code is not told again."""
    if not renamed:
        return workflow

    def new(code: Any) -> Any:
        return renamed.get(code, code) if isinstance(code, str) else code

    steps = {new(code): step for code, step in workflow["steps"].items()}
    for step in steps.values():
        _rename_in_step(step, new)
    for end in workflow["ends"].values():
        if end["resume"] is not None:
            end["resume"]["to"] = new(end["resume"]["to"])
    for need in workflow["requirements"].values():
        need["due"] = new(need["due"])
    if workflow["legal_limit"] is not None:
        workflow["legal_limit"]["to"] = new(workflow["legal_limit"]["to"])
    if workflow["withdrawal"] is not None:
        workflow["withdrawal"]["from_steps"] = [new(one) for one in workflow["withdrawal"]["from_steps"]]
    return workflow | {"steps": steps, "intake": [new(one) for one in workflow["intake"]]}


def _rename_in_step(step: dict[str, Any], new: Callable[[Any], Any]) -> None:
    step["otherwise"] = new(step["otherwise"])
    for rule in step["decisions"].values():
        rule["to"], rule["not_by"] = new(rule["to"]), [new(one) for one in rule["not_by"]]


def _compare(old: Mapping[str, Any], new: Mapping[str, Any], where: tuple[str, ...]) -> Iterator[Difference]:
    for name in new:
        before, after = old.get(name), new[name]
        if before != after or _is_in_another_order(before, after):
            yield from _compare_field(name, before, after, where)


def _compare_field(name: str, before: Any, after: Any, where: tuple[str, ...]) -> Iterator[Difference]:
    # The standard has a component of that name, which is a text.
    if name in _BY_CODE and where[-1:] != ("standard",):
        yield from _compare_by_code(name, before or {}, after or {}, where)
    elif name in _SENTENCES and not where:
        yield from _compare_sentences(_SENTENCES[name], before, after)
    elif _is_label(before) and _is_label(after):
        for language in ("id", "en"):
            if before[language] != after[language]:
                yield _changed(where, f"{_field(name)} ({language})", before[language], after[language])
    elif name in _PARTS and before is not None and after is not None:
        yield from _compare(before, after, (*where, _PARTS[name]))
    else:
        kind = "reordered" if _are_reordered(before, after) else "changed"
        yield Difference(kind=kind, where=where, field=_field(name), before=_told(before), after=_told(after))


def _compare_sentences(thing: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Difference]:
    yield from (Difference(kind="added", where=(thing,), after=one) for one in new if one not in old)
    yield from (Difference(kind="removed", where=(thing,), before=one) for one in old if one not in new)
    kept, order = [one for one in old if one in new], [one for one in new if one in old]
    if kept != order:
        field = f"order of each {thing}"
        yield Difference(kind="reordered", where=(), field=field, before=_told(kept), after=_told(order))


def _compare_by_code(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any], where: tuple[str, ...]
) -> Iterator[Difference]:
    thing = _THINGS[name]
    for code, after in new.items():
        place = (*where, f"{thing} {code}")
        if code not in old:
            yield Difference(kind="added", where=place, after=_called(after))
        elif _is_label(after) and old[code] != after:
            yield _changed(place, "label", _told(old[code]), _told(after))
        elif not _is_label(after):
            yield from _compare(old[code], after, place)
    for code, before in old.items():
        if code not in new:
            yield Difference(kind="removed", where=(*where, f"{thing} {code}"), before=_called(before))
    kept = [code for code in old if code in new]
    order = [code for code in new if code in old]
    if kept != order:
        yield Difference(
            kind="reordered", where=where, field=f"order of {name}", before=", ".join(kept), after=", ".join(order)
        )


def _changed(where: tuple[str, ...], field: str, before: str, after: str) -> Difference:
    return Difference(kind="changed", where=where, field=field, before=before, after=after)


def _field(name: str) -> str:
    return _FIELDS.get(name, name.replace("_", " "))


def _is_label(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) == {"id", "en"}


def _is_in_another_order(before: object, after: object) -> bool:
    """Equal but for the order in which it is written, which the content hash sees."""
    return (
        isinstance(before, Mapping)
        and isinstance(after, Mapping)
        and (
            list(before) != list(after)
            or any(_is_in_another_order(before[code], after[code]) for code in before if code in after)
        )
    )


def _are_reordered(before: object, after: object) -> bool:
    if not isinstance(before, Sequence) or not isinstance(after, Sequence) or isinstance(before, str):
        return False
    return sorted(map(str, before)) == sorted(map(str, after))


def _called(thing: object) -> str:
    """What a thing that came or went is called, and where it is."""
    if not isinstance(thing, Mapping):
        return _told(thing)
    label = thing if _is_label(thing) else thing.get("label")
    desks = thing.get("desks")
    parts = [_told(label)] if label else []
    parts += [f"at {', '.join(desks)}"] if desks else []
    parts += [f"leads to {thing['to']}"] if isinstance(thing.get("to"), str) else []
    return ", ".join(parts)


def _told(value: object) -> str:
    if value in _NOTHING:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        if _is_label(value):
            return f"{value['id']} / {value['en']}"
        return "; ".join(f"{_field(name)} {told}" for name, part in value.items() if (told := _told(part)))
    if isinstance(value, Sequence) and not isinstance(value, str):
        parts = [_told(part) for part in value]
        return ", ".join(f"({part})" if "; " in part else part for part in parts)
    return str(value)
