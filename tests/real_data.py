"""Where the logs of real offices are, which are not ours to pass on: beside the repository, or nowhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"


def real_data(name: str) -> Path:
    """The file of that name, as in "logs/running-example.xes"; without it the test is skipped and says so."""
    folder = Path(os.environ.get("SATUATAP_TEST_DATA") or _BESIDE_THE_REPOSITORY).resolve()
    path = folder / name
    if not path.is_file():
        pytest.skip(f"real data not here: {name} (SATUATAP_TEST_DATA names the folder that has it)")
    return path
