"""YAML with the line and column of every key and value, and nothing of YAML that an office does not need.

No tags, no anchors, one document, one megabyte: what is read here becomes the rules of an office, so it must
say what it seems to say. ``no`` and ``on`` stay words; only true, false, null, whole numbers and plain decimal
fractions are no text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import NoReturn

import yaml

from routing.catalogue.findings import MOST_FINDINGS, Finding, Path, first_findings, shown
from routing.catalogue.plain_yaml import LOADER, MOST_LEVELS, NotPlain, Value, plain_scalar, plain_value

MOST_BYTES = 1024 * 1024
_TAB = re.compile(r"^ *\t", re.MULTILINE)


@dataclass(slots=True)
class _Node:
    """A value and where it stands; ``below`` and ``keys`` are filled where it has parts."""

    line: int
    column: int
    value: Value = None
    below: dict[str | int, _Node] = field(default_factory=dict)
    keys: dict[str | int, tuple[int, int]] = field(default_factory=dict)


class YamlSource:
    """One file, read: its value, and where each part of it stands."""

    def __init__(self, file: str, value: Value, text: str) -> None:
        self.file = file
        self.value = value
        self._text = text

    @cached_property
    def _root(self) -> _Node:
        # Most files are good, and nobody asks for a place in them: finding all places takes twice as long as reading.
        return _Composer(self._text, self.file).compose()

    def place_of(self, path: Path) -> tuple[int, int]:
        """Line and column of a value; of its key where it has parts; of what is around it if missing."""
        node, place = self._root, (self._root.line, self._root.column)
        for step in path:
            if step not in node.below:
                return place
            key = node.keys.get(step)
            node = node.below[step]
            place = key if key is not None and node.below else (node.line, node.column)
        return place

    def place_of_key(self, path: Path) -> tuple[int, int]:
        """Line and column of the key that the path ends in."""
        node = self._root
        for step in path[:-1]:
            if step not in node.below:
                return self.place_of(path)
            node = node.below[step]
        return node.keys.get(path[-1], self.place_of(path)) if path else self.place_of(path)


def read_yaml(path: FilePath) -> tuple[YamlSource | None, tuple[Finding, ...]]:
    """The file's content, or None and why it cannot be read; duplicate keys come beside the content."""
    file = str(path)
    text, finding = _read_text(path, file)
    if text is None:
        return None, (finding,) if finding else ()
    return parse_yaml(text, file=file)


def parse_yaml(text: str, *, file: str) -> tuple[YamlSource | None, tuple[Finding, ...]]:
    """As ``read_yaml``, for text that is there already."""
    tab = _TAB.search(text)
    if tab is not None:
        line = text.count("\n", 0, tab.start()) + 1
        return None, (
            _not_yaml(file, line, tab.end() - tab.start(), "The line is indented with a tab.", "Use spaces."),
        )
    try:
        return YamlSource(file, plain_value(text), text), ()
    except (NotPlain, yaml.YAMLError):
        pass  # Then it is read with all its places, to say where and what.
    composer = _Composer(text, file)
    try:
        root = composer.compose()
    except _Broken as broken:
        return None, first_findings([broken.finding])
    except yaml.YAMLError as error:
        return None, (_from_library(error, text, file),)
    return YamlSource(file, root.value, text), first_findings(composer.findings)


class _Broken(Exception):
    """Reading stops here."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(str(finding))


class _Composer:
    """Builds the tree of one document from the library's events."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=LOADER))

    def compose(self) -> _Node:
        root: _Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._stop(
                        event,
                        "There is a second document in this file.",
                        'Remove the "---", one file is one document.',
                    )
                root = self._node(next(self._events), 0)
        if root is None or (root.value is None and not root.below):
            raise _Broken(_not_yaml(self.file, 1, 1, "There is nothing in this file.", "Write something or delete it."))
        return root

    def _node(self, event: yaml.Event, level: int) -> _Node:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            self._stop(event, "Anchors and aliases (& and *) are not read here.", "Write it out at each place.")
        if getattr(event, "tag", None) is not None:
            self._stop(event, "Tags (with !) are not read here.", "Remove it; for text use quotes.")
        if level > MOST_LEVELS:
            self._stop(
                event,
                f"This is nested more than {MOST_LEVELS} levels deep.",
                "See the example in the README.",
            )
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, level)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, level)
        if isinstance(event, yaml.ScalarEvent):
            line, column = _place(event)
            return _Node(line, column, self._scalar(event))
        return self._stop(event, "This is not YAML.", "See the example in the README.")

    def _mapping(self, start: yaml.Event, level: int) -> _Node:
        node = _Node(*_place(start))
        value: dict[str, Value] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event)
            part = self._node(next(self._events), level + 1)
            if key in value:
                self._duplicate(event, key, node.keys[key][0])
                continue
            value[key], node.below[key], node.keys[key] = part.value, part, _place(event)
        node.value = value
        return node

    def _sequence(self, start: yaml.Event, level: int) -> _Node:
        node = _Node(*_place(start))
        value: list[Value] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            part = self._node(event, level + 1)
            node.below[len(value)] = part
            value.append(part.value)
        node.value = value
        return node

    def _key(self, event: yaml.Event) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._stop(event, "A key here is a list or a mapping.", "Use a word as the key.")
        self._node(event, 0)
        return str(event.value)

    def _scalar(self, event: yaml.ScalarEvent) -> Value:
        text = str(event.value)
        if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
            self._stop(event, "The text holds a sign that no database keeps (NUL or half a sign).", "Remove it.")
        # Quoted or a block: text, whatever it looks like.
        return text if event.style else plain_scalar(text)

    def _duplicate(self, event: yaml.Event, key: str, first: int) -> None:
        if len(self.findings) > MOST_FINDINGS:
            return
        line, column = _place(event)
        self.findings.append(
            Finding(
                file=self.file,
                line=line,
                column=column,
                code="duplicate-key",
                problem=f"The key {shown(key)} is here a second time (first on line {first}).",
                way_out="Remove one of them or give it another name.",
            )
        )

    def _stop(self, event: yaml.Event, problem: str, way_out: str) -> NoReturn:
        raise _Broken(_not_yaml(self.file, *_place(event), problem, way_out))


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _read_text(path: FilePath, file: str) -> tuple[str | None, Finding | None]:
    try:
        with path.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None, _no_file(file, "There is no such file.", "Check the name and the folder.")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return None, _no_file(file, f"The file cannot be read ({why}).", "Check the name and the access rights.")
    if len(content) > MOST_BYTES:
        much = "Split the service; a route of 400 steps fits."
        return None, _not_yaml(file, 1, 1, f"The file has more than {MOST_BYTES} bytes.", much)
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return None, _not_yaml(file, line, 1, f"Byte {error.start + 1} is not UTF-8.", "Save the file as UTF-8.")


def _from_library(error: yaml.YAMLError, text: str, file: str) -> Finding:
    """The library's complaint in our form."""
    way_out = "Look at indentation, colons and quotes there."
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return _not_yaml(file, mark.line + 1, mark.column + 1, f"This is not YAML: {error.problem}.", way_out)
    position = getattr(error, "position", None)
    line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
    reason = getattr(error, "reason", None) or "it cannot be read"
    return _not_yaml(file, line, 1, f"This is not YAML: {reason}.", way_out)


def _not_yaml(file: str, line: int, column: int, problem: str, way_out: str) -> Finding:
    return Finding(file=file, line=line, column=column, code="not-yaml", problem=problem, way_out=way_out)


def _no_file(file: str, problem: str, way_out: str) -> Finding:
    return Finding(file=file, line=0, code="no-file", problem=problem, way_out=way_out)
