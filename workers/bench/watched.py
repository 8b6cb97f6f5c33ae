"""Runs a command and writes down what it used: ``python -m workers.bench.watched FILE COMMAND...``

A process of its own, and a small one: what a command is said to have had in memory is never less than what its parent
had when it started it, and the measurement itself is large.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    """Ends with the command's own code."""
    began = time.perf_counter()
    code = subprocess.run(sys.argv[2:], check=False).returncode  # noqa: S603 - what the measurement asks for
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Kilobytes on Linux, bytes on macOS.
    peak = used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1024)
    told = {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_mb": round(peak),
    }
    Path(sys.argv[1]).write_text(json.dumps(told), encoding="utf-8")
    sys.exit(code)


if __name__ == "__main__":
    main()
