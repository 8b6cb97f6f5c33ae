"""Routes as files: found, read, written, and read back as what they were."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, dump_workflow, read_workflow, workflow_paths
from routing.catalogue.yaml_source import parse_yaml
from routing.domain.workflow import Workflow

OFFICE, _ = read_office(default_folder() / "office")


def test_a_written_route_reads_back_as_the_same_version(tmp_path: Path) -> None:
    for path in workflow_paths(default_folder()):
        workflow, _ = read_workflow(path, OFFICE)
        assert workflow is not None
        again = tmp_path / path.name
        again.write_text(dump_workflow(workflow), encoding="utf-8")
        back, findings = read_workflow(again, OFFICE)
        assert findings == ()
        assert back == workflow
        assert back.content_hash == workflow.content_hash


# Whatever a log may call an activity: quotes, colons, words of YAML, other scripts, line ends.
ODD_WORDS = [
    "no",
    "true",
    "null",
    "~",
    "7",
    "-",
    "? a",
    "a: b",
    "# a",
    "'",
    '"',
    "- x",
    "@",
    "&a",
    "*a",
    "!a",
    "%",
]
ODD_WORDS += ["1e3", "\u2028", "\x85", "\ufeff", " a ", "a\n b\n", "\t"]
ANY_SIGNS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
words = st.text(ANY_SIGNS, min_size=1, max_size=40) | st.sampled_from(ODD_WORDS)


@settings(max_examples=200, deadline=None)
@given(words, words, st.sampled_from(["1", "7", "012", "no", "null", "true", "end-1", "2024-01-01", "1e3"]))
def test_any_words_of_a_log_survive_being_written_down(indonesian: str, english: str, code: str) -> None:
    label = {"id": indonesian, "en": english}
    step = {"label": label, "desks": ["d"], "roles": ["r"], "decisions": {code: {"label": label, "to": code}}}
    workflow = Workflow.model_validate(
        {
            "service": "a-log",
            "label": label,
            "unit": "u",
            "sources": [indonesian],
            "intake": ["step"],
            "steps": {"step": step},
            "ends": {code: {"label": label, "outcome": "closed"}},
            "imported_from": english,
        }
    )
    source, findings = parse_yaml(dump_workflow(workflow), file="a.yaml")
    assert findings == ()
    assert source is not None
    assert Workflow.model_validate(source.value) == workflow


def test_the_published_form_keeps_the_order_the_office_wrote() -> None:
    """Desks show decisions and requirements in that order, and the published bytes are all they know."""
    workflow, _ = read_workflow(default_folder() / "sip-dokter.yaml", OFFICE)
    assert workflow is not None
    published = Workflow.model_validate_json(workflow.canonical)
    assert published == workflow
    assert published.content_hash == workflow.content_hash
    assert list(published.steps) == list(workflow.steps)
    assert list(published.requirements)[:3] == ["form", "id-card", "registration"]
    assert list(published.steps["recommend"].decisions) == ["recommend", "return", "refuse"]


def test_only_yaml_files_directly_in_the_folder_are_routes(tmp_path: Path) -> None:
    (tmp_path / "office").mkdir()
    for name in ("b.yaml", "a.yaml", "README.md", "office/desks.yaml", "c.yml"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert [path.name for path in workflow_paths(tmp_path)] == ["a.yaml", "b.yaml"]
