"""The papers of scenarios: real files that say which requirement they are for, so that attaching them is real, too."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import BytesIO

from routing.actions.attach import SentPaper
from routing.office import Office

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FORMATS = "http://schemas.openxmlformats.org"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_FORMATS}/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_FORMATS}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_FORMATS}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
}


@contextmanager
def paper_files(office: Office, requirements: Sequence[str]) -> Iterator[list[SentPaper]]:
    """A text document for each of the requirements, sent whole."""
    with ExitStack() as stack:
        sent = []
        for code in requirements:
            upload = stack.enter_context(office.papers.upload(f"{code}.docx", most=office.settings.most_paper_bytes))
            upload.write(_document(code))
            sent.append(SentPaper(upload=upload, requirement=code))
        yield sent


def _document(words: str) -> bytes:
    text = f"<w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body>"
    parts = _PARTS | {
        "word/document.xml": f'<w:document xmlns:w="{_FORMATS}/wordprocessingml/2006/main">{text}</w:document>'
    }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, said in parts.items():
            file.writestr(name, _XML + said)
    return packed.getvalue()
