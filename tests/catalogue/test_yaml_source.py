"""What may stand in a file, and where everything stands."""

import os
from pathlib import Path

import pytest

from routing.catalogue.workflow_files import default_folder, workflow_paths
from routing.catalogue.yaml_source import MOST_BYTES, parse_yaml, read_yaml

BROKEN = [
    ("nothing", "", 1, "nothing in this file"),
    ("only a comment", "# later\n", 1, "nothing in this file"),
    ("a tab as indentation", "a:\n\tb: 1\n", 2, "indented with a tab"),
    ("two documents", "a: 1\n---\nb: 2\n", 2, "second document"),
    ("an anchor", "a: 1\nb: &x 2\n", 2, "Anchors and aliases"),
    ("an alias", "a: *x\n", 1, "Anchors and aliases"),
    ("an anchored key", "&x a: 1\n", 1, "Anchors and aliases"),
    ("a tag that calls Python", "a: 1\nb: !!python/object/apply:os.system ['true']\n", 2, "Tags"),
    ("a harmless tag", "a: !!str 1\n", 1, "Tags"),
    ("an unclosed bracket", "a: [1, 2\nb: 3\n", 2, "not YAML"),
    ("an unclosed quote", 'a: "b\n', 2, "not YAML"),
    ("a control sign", "a: 1\nb: \x07\n", 2, "not YAML"),
    ("a list as a key", "? [a]\n: 1\n", 1, "key here is a list"),
    ("a NUL by its number", 'a: "\\0"\n', 1, "no database keeps"),
    ("very deep", "[" * 100_000, 1, "levels deep"),
    ("very deep in lines", "- " * 100_000, 1, "levels deep"),
]


@pytest.mark.parametrize(("text", "line", "problem"), [pytest.param(*row[1:], id=row[0]) for row in BROKEN])
def test_what_is_no_plain_yaml_is_told_with_its_line(text: str, line: int, problem: str) -> None:
    source, findings = parse_yaml(text, file="a.yaml")
    assert source is None
    (finding,) = findings
    assert (finding.file, finding.line, finding.code) == ("a.yaml", line, "not-yaml")
    assert problem in finding.problem
    assert finding.way_out


def test_words_stay_words_and_only_plain_numbers_become_numbers() -> None:
    text = "a: [no, on, 2024-01-01, 1_000, 0x10, 012, 1.5, 12:30, yes]\nb: [true, false, null, 7, -3, '7', ~]\n"
    source, findings = parse_yaml(text, file="a.yaml")
    assert findings == ()
    assert source is not None
    assert source.value == {
        "a": ["no", "on", "2024-01-01", "1_000", "0x10", "012", 1.5, "12:30", "yes"],
        "b": [True, False, None, 7, -3, "7", None],
    }


def test_a_key_that_stands_twice_is_told_with_both_lines() -> None:
    source, findings = parse_yaml("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", file="a.yaml")
    assert source is not None
    assert source.value == {"a": 1, "b": {"c": 1, "d": 2}}
    assert [(finding.line, finding.code) for finding in findings] == [(5, "duplicate-key")]
    assert "first on line 3" in findings[0].problem


def test_every_value_knows_its_line_and_column() -> None:
    source, _ = parse_yaml("a:\n  b: [x,\n      y]\n  c:\n    d: 1\n", file="a.yaml")
    assert source is not None
    assert source.place_of(("a", "b", 1)) == (3, 7)
    assert source.place_of(("a", "c")) == (4, 3)
    assert source.place_of(("a", "c", "d")) == (5, 8)
    assert source.place_of_key(("a", "c", "d")) == (5, 5)
    assert source.place_of(("a", "c", "gone")) == (4, 3)


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.yaml", tmp_path, tmp_path / "gone" / "a.yaml"):
        source, (finding,) = read_yaml(path)
        assert source is None
        assert (finding.code, finding.line) == ("no-file", 0)


def test_a_file_that_is_not_utf8_is_told_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    _, (finding,) = read_yaml(path)
    assert (finding.line, finding.code) == (2, "not-yaml")
    assert "not UTF-8" in finding.problem
    path.write_bytes("a: 1\n".encode("utf-16"))
    _, (finding,) = read_yaml(path)
    assert "not UTF-8" in finding.problem


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    source, findings = read_yaml(path)
    assert findings == ()
    assert source is not None
    assert source.value == {"a": 1, "b": 2}
    assert source.place_of(("b",)) == (2, 4)


def test_a_file_that_is_too_large_is_not_read_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a" * (MOST_BYTES + 1))
    _, (finding,) = read_yaml(path)
    assert "more than 1048576 bytes" in finding.problem
    if os.path.exists("/dev/zero"):  # noqa: PTH110 - a file without an end
        _, (finding,) = read_yaml(Path("/dev/zero"))
        assert "more than 1048576 bytes" in finding.problem


def test_what_is_printed_of_a_file_moves_no_cursor() -> None:
    source, _ = parse_yaml('"\\e[2Jevil\\n": 1\n"\\e[2Jevil\\n": 2\n', file="a.yaml")
    assert source is not None
    _, (finding,) = parse_yaml('"\\e[2Jevil\\n": 1\n"\\e[2Jevil\\n": 2\n', file="a.yaml")
    assert str(finding).isprintable()


def test_what_is_read_quickly_is_what_is_read_with_all_its_places() -> None:
    """An escape makes the reader look closely, which must change nothing of the rest."""
    for path in [*workflow_paths(default_folder()), *workflow_paths(default_folder() / "tests")]:
        text = path.read_text(encoding="utf-8")
        quickly, findings = parse_yaml(text, file="a.yaml")
        closely, more = parse_yaml(f'{text}\nlast: "\\x41"\n', file="a.yaml")
        assert findings == more == ()
        assert quickly is not None
        assert closely is not None
        assert isinstance(quickly.value, dict)
        assert closely.value == {**quickly.value, "last": "A"}
