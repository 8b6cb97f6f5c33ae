"""Facts as applications of a service could have them, made from the kinds of its fields: expressions are tried on them.

A handful of values a name, chosen where an expression could change its mind: at the ends, and on both sides of every
number it compares with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, islice, product
from math import prod
from typing import Any

from routing.catalogue.expression_names import Name, Names
from routing.domain.fields import Field, FieldKind
from routing.domain.workflow import Workflow

#: An expression is tried on so many samples at most.
MOST_SAMPLES = 200
#: Stands for a field that was not filled in.
ABSENT = object()
_MOST_CHOICES = 12
_TEXTS: Mapping[FieldKind, tuple[str, ...]] = {
    FieldKind.DATE: ("2020-06-15", "2035-06-15"),
    FieldKind.REFERENCE: ("800/001/2026",),
    FieldKind.KBLI: ("47111", "86201"),
    FieldKind.REGION: ("35.79.01.1004", "31.71"),
}
#: What such a field can hold; of the texts an expression compares with, those that fit are tried.
_FITTING: Mapping[FieldKind, re.Pattern[str]] = {
    FieldKind.DATE: re.compile(r"\d{4}-\d{2}-\d{2}"),
    FieldKind.REFERENCE: re.compile(r".+"),
    FieldKind.KBLI: re.compile(r"\d{1,5}"),
    FieldKind.REGION: re.compile(r"[\d.]+"),
}


class SampleFacts:
    """The values the names of one service can have."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        collected: dict[str, Field] = {}
        for step in workflow.steps.values():
            for rule in step.decisions.values():
                collected |= rule.collects
        self.fields: dict[Name, Field] = {
            **{("form", code): field for code, field in workflow.form.items() if not field.is_personal},
            **{("findings", code): field for code, field in collected.items() if not field.is_personal},
        }

    def tried_on(self, names: Iterable[Names], absent: Iterable[Name] = ()) -> tuple[Iterator[dict[str, Any]], bool]:
        """Samples for expressions with these names, in all combinations; and whether those were not too many.

        Args:
            absent: fields that may not have been filled in although they are asked; the others are there.
        """
        values = self._values(list(names), set(absent))
        complete = prod(len(one) for one in values.values()) <= MOST_SAMPLES
        every = islice(product(*values.values()), MOST_SAMPLES) if complete else _one_by_one(list(values.values()))
        return (self._facts(dict(zip(values, chosen, strict=True))) for chosen in every), complete

    def one_by_one(self, names: Iterable[Names]) -> Iterator[dict[str, Any]]:
        """As ``tried_on``, but a few values of every name are tried once only: enough to see what goes together."""
        values = {name: _of_each_kind(values) for name, values in self._values(list(names), set()).items()}
        for chosen in _one_by_one(list(values.values())):
            yield self._facts(dict(zip(values, chosen, strict=True)))

    def _values(self, names: Sequence[Names], absent: set[Name]) -> dict[Name, list[Any]]:
        """Of every name that is mentioned, what it can be."""
        numbers = sorted({number for one in names for number in one.numbers})
        texts = list(dict.fromkeys(text for one in names for text in one.texts))
        values: dict[Name, list[Any]] = {}
        for name in dict.fromkeys(member for one in names for member in one.members):
            if name in self.fields:
                values[name] = _values_of(self.fields[name], numbers, texts)
                if name in absent or self.fields[name].only_if is not None or not self.fields[name].required:
                    values[name].append(ABSENT)
            elif name == ("applicant", "kind"):
                values[name] = ["person", "business"]
            elif name[0] == "counts":
                values[name] = sorted({0, 1, 2} | {max(0, int(number) + more) for number in numbers for more in (0, 1)})
            elif name[0] == "opinions" and len(name) > 1:
                values[("opinions", name[1])] = list(self._opinions(name[1]))
        if any(("channel",) in _roots(one) for one in names):
            values[("channel",)] = [str(channel) for channel in self.workflow.channels]
        if any(("papers",) in _roots(one) for one in names):
            values[("papers",)] = self._papers(text for _, text in _papers_named(names))
        return values

    def _opinions(self, code: str) -> Iterator[dict[str, int]]:
        """How the opinions of a join can be divided when it is met; one desk may say what another does."""
        step = self.workflow.steps.get(code)
        said = [decision for decision, rule in step.decisions.items() if rule.opinion] if step is not None else []
        if step is None or not said:
            return
        fewest = 1 if step.only_if_at else step.opinions_needed
        for count in range(fewest, step.opinions_needed + 1):
            for chosen in islice(combinations_with_replacement(said, count), MOST_SAMPLES):
                yield {decision: chosen.count(decision) for decision in said}

    def _papers(self, named: Iterable[str]) -> list[list[str]]:
        every = list(self.workflow.requirements)
        singles = [[code] for code in dict.fromkeys(named) if code in self.workflow.requirements]
        without = [[code for code in every if code != single[0]] for single in singles]
        return [[], every, *singles, *without]

    def _facts(self, chosen: Mapping[Name, Any]) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "form": {},
            "findings": {},
            "applicant": {"kind": "person"},
            "channel": "counter",
            "papers": [],
            "counts": {"returns": 0, "moves": 3},
            "opinions": {
                code: {decision: 0 for decision, rule in step.decisions.items() if rule.opinion}
                for code, step in self.workflow.steps.items()
                if step.join is not None
            },
        }
        for name, value in chosen.items():
            if value is ABSENT:
                continue
            if len(name) == 1:
                facts[name[0]] = value
            else:
                facts[name[0]][name[1]] = value
        return facts


def _values_of(field: Field, numbers: Iterable[float], texts: Iterable[str]) -> list[Any]:
    if field.kind is FieldKind.YES_NO:
        return [True, False]
    if field.kind is FieldKind.CHOICE:
        return list(field.choices)[:_MOST_CHOICES]
    if field.kind in {FieldKind.NUMBER, FieldKind.MONEY}:
        return _amounts(field, numbers)
    fitting = [text for text in texts if _FITTING[field.kind].fullmatch(text)]
    return list(dict.fromkeys([*_TEXTS[field.kind], *fitting]))


def _amounts(field: Field, numbers: Iterable[float]) -> list[int | float]:
    """Both ends, and both sides of what it is compared with; whole numbers and, where it can be, others."""
    least = field.least if field.least is not None else 0
    most = field.most if field.most is not None else max(least + 1000, *numbers, 0) * 2
    wished = [least, most, (least + most) // 2, *(number + more for number in numbers for more in (-1, 0, 1))]
    whole = sorted({int(number) for number in wished if least <= int(number) <= most})
    if field.kind is FieldKind.MONEY:
        return list(whole)
    return [*whole, *(number + 0.5 for number in whole if number + 0.5 <= most)]


def _of_each_kind(values: Sequence[Any]) -> list[Any]:
    """The first and the last that are whole numbers, the first and the last fractions, and so on."""
    kept: dict[type, list[Any]] = {}
    for value in values:
        of_kind = kept.setdefault(type(value), [])
        of_kind[1:] = [value]
    return [value for of_kind in kept.values() for value in of_kind]


def _one_by_one(values: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """Where all combinations would be too many: one value is changed at a time, and then all of them together."""
    if not values or not all(values):
        # No name, or a choice without choices: nothing to vary, or nothing to choose.
        yield from [()] if not values else ()
        return
    first = [one[0] for one in values]
    yield tuple(first)
    for place, one in enumerate(values):
        for value in one[1:]:
            yield (*first[:place], value, *first[place + 1 :])
    for turn in range(max(map(len, values))):
        yield tuple(one[turn % len(one)] for one in values)


def _roots(names: Names) -> set[Name]:
    return {(root,) for root in names.roots}


def _papers_named(names: Iterable[Names]) -> Iterator[tuple[Name, str]]:
    for one in names:
        yield from ((name, text) for name, text in one.compared if name[0] == "papers" or name[0] in one.bound)
