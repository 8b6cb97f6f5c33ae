"""Every command the README prints is run as it stands there, but for names of files and ports of this machine."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.event_logs import make_log
from tests.acceptance.processes import answer_of, distributed, own_servers, programs, until

_ROOT = Path(__file__).resolve().parents[2]
_SATUATAP = ".venv/bin/satuatap"
_PARTS = ("web", "relay", "worker", "beat", "sequencer")


def _blocks() -> list[list[str]]:
    """The lines of each block of commands in the README."""
    text = (_ROOT / "README.md").read_text(encoding="utf-8")
    return [block.strip().splitlines() for block in re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)]


def _block_with(word: str) -> list[str]:
    return next(block for block in _blocks() if any(word in line for line in block))


def test_every_command_of_the_readme_is_run_by_a_test() -> None:
    run_here = {"python3 dev.py up --demo", "python3 dev.py test"}
    run_here.update(_block_with("replay"))
    run_here.update(_block_with("relay"))
    run_here.update(_block_with("bench"))
    run_here.update(_block_with("backup"))
    assert {line for block in _blocks() for line in block} == run_here


def test_the_first_command_starts_the_mall_with_accounts_to_try(tmp_path: Path) -> None:
    (command,) = _block_with("dev.py up")
    words = shlex.split(command)
    words[0] = sys.executable
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SATUATAP_")}
    environment |= {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    log = tmp_path / "up.log"
    with log.open("wb") as stream:
        mall = subprocess.Popen(
            [*words, "--port", "0"], cwd=_ROOT, env=environment, stdout=stream, stderr=subprocess.STDOUT
        )
    try:
        printed = until(lambda: re.search(r"Satu Atap: (http://\S+)", log.read_text()), "the address", seconds=120)
        code, _ = answer_of(printed[1] + "health/ready")
        assert code == 200
        assert re.search(r"^ +ida +\S{8,} +front-desk +loket-pendaftaran$", log.read_text(), flags=re.MULTILINE)
    finally:
        mall.terminate()
        assert mall.wait(30) == 0


def test_the_second_command_is_the_one_that_runs_this_test() -> None:
    assert ["python3 dev.py test"] in _blocks()
    assert re.search(r"^python3 dev.py test$", (_ROOT / ".ci" / "run").read_text(), flags=re.MULTILINE)


def test_a_real_offices_past_walks_through_as_the_readme_says(tmp_path: Path) -> None:
    log = make_log(tmp_path / "LOG.xes", cases=5)
    with programs(tmp_path / "mall") as mall:
        for line in _block_with("replay"):
            name, *words = shlex.split(line)
            assert name == _SATUATAP
            here = [
                str(log) if word == "LOG.xes" else str(tmp_path / word) if word == "OUT.xes" else word for word in words
            ]
            finished = mall.run(*here)
            assert finished.code == 0, finished.stderr
    assert (tmp_path / "OUT.xes").stat().st_size > 0


def test_a_mall_of_many_processes_starts_as_the_readme_says(tmp_path: Path) -> None:
    first, *lines = _block_with("relay")
    assert re.fullmatch(r"export SATUATAP_DATABASE_URL=\S+  SATUATAP_BROKER_URL=\S+", first)
    with own_servers() as servers, distributed(tmp_path, servers) as mall:
        for line in lines:
            name, *words = shlex.split(line)
            assert name == _SATUATAP
            if words[0] in _PARTS:
                mall.part(*words, *(["--port", "0"] if words[0] == "web" else []))
                continue
            finished = mall.run(*words)
            assert finished.code == 0, finished.stderr


def test_the_mall_is_measured_as_the_readme_says(tmp_path: Path) -> None:
    (line,) = _block_with("bench")
    name, *words = shlex.split(re.sub(r"--data \S+", f"--data {tmp_path / 'try'}", line))
    assert name == _SATUATAP
    with programs(tmp_path / "mall") as mall:
        few = ("--documents", "6", "--rate", "1000", "--clerks", "1", "--no-pages")
        finished = mall.run(*words, *few)
    assert finished.code == 0, finished.stderr


def test_a_mall_is_backed_up_and_put_back_as_the_readme_says(tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    with programs(tmp_path / "mall") as mall:
        assert mall.run("workflow", "publish").code == 0
        for line in _block_with("backup"):
            made = next((tmp_path / "backup").glob("*.tar"), None)
            said = re.sub(r"/mnt/backup/\S+\.tar", str(made), line).replace("/mnt/backup", str(tmp_path / "backup"))
            name, *words = shlex.split(said.replace("NEW", str(tmp_path / "new")))
            assert name == _SATUATAP
            finished = mall.run(*words)
            assert finished.code == 0, finished.stderr


@pytest.mark.parametrize(
    "name", ["docs/settings.md", "docs/refusals.md", "docs/figures.md", "CONTRIBUTING.md", "workflows/README.md"]
)
def test_what_the_readme_points_at_is_there(name: str) -> None:
    assert name in (_ROOT / "README.md").read_text(encoding="utf-8")
    assert (_ROOT / name).is_file()
