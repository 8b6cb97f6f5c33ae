"""DOT to SVG: the one file that knows the program that lays drawings out.

It is a program of its own, brought by a wheel (a port of Graphviz), so that nothing of the system's is needed; a
``dot`` of the system's takes its place where the wheel has none for the machine.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Protocol
from xml.etree import ElementTree as ET

from routing.domain.errors import Fault

#: A drawing takes milliseconds; whatever takes longer has gone wrong.
_SECONDS = 20
_SVG = "{http://www.w3.org/2000/svg}"
#: Measured with the first; the others are as wide, or there is none of them.
_FONTS = "Arial, Liberation Sans, Arimo, Helvetica, sans-serif"
#: The first of each pair of coordinates.
_ACROSS = re.compile(r"(-?[0-9.]+),-?[0-9.]+")


class CannotDraw(Fault):
    """The route cannot be drawn."""

    code = "cannot_draw"


class DiagramRenderer(Protocol):
    """Lays a drawing out."""

    def svg(self, dot: str) -> str:
        """The drawing as SVG. Raises CannotDraw."""


class Graphviz:
    """The layout of Graphviz, by the wheel's program or the system's."""

    def svg(self, dot: str) -> str:
        """The drawing as SVG. Raises CannotDraw."""
        program = _program()
        if program is None:
            message = "No program draws here: install the wheel graphviz-pure, or Graphviz itself."
            raise CannotDraw(message)
        try:
            # The route comes in as text and the drawing goes out as text: no file is named, no shell is asked.
            done = subprocess.run(  # noqa: S603
                [program, "-Tsvg"], input=dot.encode(), capture_output=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise CannotDraw(f"{CannotDraw.__doc__} ({problem})") from problem
        if done.returncode != 0 or b"<svg" not in done.stdout:
            raise CannotDraw(f"{CannotDraw.__doc__} ({done.stderr.decode(errors='replace').strip()[:300]})")
        return done.stdout.decode()


def svg_of(dot: str, *, title: str, description: str, renderer: DiagramRenderer | None = None) -> str:
    """The drawing as one SVG document that refers to nothing outside itself, with words for who does not see it.

    Raises CannotDraw.
    """
    # Read and written anew, which leaves the document type (it names an address) and the comments behind.
    drawing = ET.fromstring((renderer or Graphviz()).svg(dot))  # noqa: S314 - our own program wrote it
    for group in drawing.iter(f"{_SVG}g"):
        if group.get("class", "").split(" ")[0] in ("node", "cluster"):
            _centre(group)
    for text in drawing.iter(f"{_SVG}text"):
        text.set("font-family", _FONTS)
    for tag, words in (("desc", description), ("title", title)):
        told = ET.Element(f"{_SVG}{tag}", {"id": f"route-{tag}"})
        told.text = words
        drawing.insert(0, told)
    drawing.set("role", "img")
    drawing.set("aria-labelledby", "route-title route-desc")
    ET.register_namespace("", _SVG.strip("{}"))
    return str(ET.tostring(drawing, encoding="unicode")) + "\n"


def _centre(group: ET.Element) -> None:
    """Words stand in the middle of their box, also where the reader's font is wider than the one that was measured."""
    across = []
    for shape in group:
        if shape.tag == f"{_SVG}ellipse":
            across.append(float(shape.get("cx", "0")))
        else:
            places = shape.get("points") or shape.get("d") or ""
            across += [float(place) for place in _ACROSS.findall(places)]
    if across:
        middle = f"{(min(across) + max(across)) / 2:.2f}"
        for text in group.iter(f"{_SVG}text"):
            text.set("x", middle)
            text.set("text-anchor", "middle")


def _program() -> str | None:
    ours = Path(sysconfig.get_path("scripts")) / "graphviz-pure"
    if ours.is_file():
        return str(ours)
    return shutil.which("graphviz-pure") or shutil.which("dot")
