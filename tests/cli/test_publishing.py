"""What ``up`` and ``workflow publish`` do with files: each good one is in force, and nothing is guessed."""

from pathlib import Path

from routing.actions.publish import publish
from routing.catalogue.workflow_files import default_folder
from routing.cli.publishing import publish_files
from routing.office import Office
from tests.mall import SERVICE, Mall

SIP = (default_folder() / "sip-dokter.yaml").read_text(encoding="utf-8")


def written(folder: Path, **texts: str) -> list[Path]:
    paths = [folder / f"{name}.yaml" for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_of_two_files_of_one_service_neither_is_published(sqlite_office: Office, tmp_path: Path) -> None:
    other = SIP.replace(f"service: {SERVICE}", "service: sip-bidan")
    paths = written(tmp_path, first=SIP, other=other, second=SIP.replace("working_days: 7", "working_days: 8"))
    outcome = publish_files(sqlite_office, paths, by="tests")
    assert (outcome.published, outcome.refused) == (("sip-bidan",), ("first.yaml", "second.yaml"))
    assert [(one.file, one.code) for one in outcome.findings] == [(str(paths[2]), "duplicate-service")]


def test_a_file_that_is_named_twice_is_one_file(sqlite_office: Office, tmp_path: Path) -> None:
    (path,) = written(tmp_path, mine=SIP)
    assert publish_files(sqlite_office, [path, path], by="tests").published == (SERVICE,)


def test_a_file_does_not_replace_the_route_of_a_log_and_stops_no_other(sqlite_mall: Mall, tmp_path: Path) -> None:
    walked = sqlite_mall.office.book_in_force(SERVICE).workflow
    walked = walked.model_copy(update={"service": "receipt", "imported_from": "receipt"})
    assert publish(sqlite_mall.office, walked, by="tests")
    paths = written(tmp_path, receipt=SIP.replace(f"service: {SERVICE}", "service: receipt"), own=SIP)
    outcome = publish_files(sqlite_mall.office, paths, by="tests")
    assert (outcome.unchanged, outcome.refused) == ((SERVICE,), ("receipt.yaml",))
    assert [one.code for one in outcome.findings] == ["imported-service"]
