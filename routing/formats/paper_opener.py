"""Opens one file with the libraries that show it, as a program of its own: ``python paper_opener.py KIND FILE``.

Those libraries are written in C, and files that make them crash, hang or eat the memory are what attackers make. So
they run apart, with limits the operating system keeps, and say one line of JSON. This file imports nothing of the
program: it is started by its path, without the program's settings and secrets.
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import suppress
from pathlib import Path

#: Bytes of memory, seconds of work, bytes written.
_LIMITS = (
    (resource.RLIMIT_AS, 1024 * 1024 * 1024),
    (resource.RLIMIT_CPU, 20),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_CORE, 0),
)
#: A reader of pictures makes its own decision about bombs; ours has been made, by the number of dots.
_PICTURES = {"JPEG", "PNG", "TIFF"}


def main(kind: str, path: Path) -> dict[str, object]:
    """What the library says of the file: its pages, and what is wrong with it."""
    for limit, most in _LIMITS:
        # Not every system keeps every limit.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    try:
        return _open_picture(kind, path) if kind in _PICTURES else _open_pdf(path)
    except MemoryError:
        return {"problem": "memory"}


def _open_picture(kind: str, path: Path) -> dict[str, object]:
    from PIL import Image, ImageSequence  # noqa: PLC0415 - only one of the two is needed, after the limits are set

    # Half of what is refused: Pillow refuses twice its limit, and warns from the limit on.
    Image.MAX_IMAGE_PIXELS = 64_000_000
    pages = 0
    try:
        with Image.open(path, formats=(kind,)) as picture:
            # A JPEG is drawn at an eighth of its size: every part of it is read, and little memory filled.
            picture.draft(None, (max(1, picture.width // 8), max(1, picture.height // 8)))
            for page in ImageSequence.Iterator(picture) if kind == "TIFF" else (picture,):
                page.load()
                pages += 1
    except MemoryError:
        raise
    # Whatever a damaged picture makes Pillow raise (and that is much), it cannot be shown.
    except Exception as error:  # noqa: BLE001 - as said
        return {"problem": "damaged", "pages": pages, "said": str(error)[:200]}
    return {"problem": None, "pages": pages}


def _open_pdf(path: Path) -> dict[str, object]:
    import pypdfium2  # noqa: PLC0415 - as above
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_SUCCESS:
            # Nothing was wrong but that there is nothing to show.
            return {"problem": None, "pages": 0}
        locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        return {"problem": "locked" if locked else "damaged", "said": str(error)[:200]}
    pages = len(document)
    found: dict[str, object] = {"problem": None, "pages": pages}
    if raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        found["problem"] = "JavaScript"
    elif raw.FPDFDoc_GetAttachmentCount(document) > 0:
        found["problem"] = "EmbeddedFile"
    elif document.get_formtype() in (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND):
        found["problem"] = "XFA"
    elif pages:
        try:
            document[0].close()
        except pypdfium2.PdfiumError:
            found["problem"] = "damaged"
    document.close()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
