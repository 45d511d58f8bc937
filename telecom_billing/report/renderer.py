# SPDX-License-Identifier: AGPL-3.0-or-later
"""Typst behind one small door: a template's name and its data in, PDF bytes out.

One compiler is kept per process: the first document costs some 25 ms more than those after it.
It sees nothing of the machine but a private folder with our templates, the fonts and the logos,
so a document looks the same everywhere.
"""

from __future__ import annotations

import datetime
import hashlib
import importlib.util
import json
import os
import pathlib
import shutil
import tempfile
import threading

import typst

from .sheet import Sheet

_TEMPLATES = pathlib.Path(__file__).parent / "templates"
_FACES = ("Regular", "It", "Semibold", "SemiboldIt")
# Typst keeps what it computed until that many compilations did not ask for it.
_FORGETS_AFTER = 10
# Above this many characters of data a document is large enough to be forgotten at once.
_LARGE = 100_000
_IMAGES = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpg",
    b"GIF8": "gif",
    b"RIFF": "webp",
}


class RenderError(Exception):
    """Typst refused a document. Says which template, what it said, and where."""


class Renderer:
    """A kept Typst compiler with our templates. Threads may share it: it works one at a time."""

    def __init__(self):
        self._lock = threading.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="telecom-report-")
        self._root = pathlib.Path(self._folder.name)
        shutil.copytree(_TEMPLATES, self._root, dirs_exist_ok=True)
        self._pid = os.getpid()
        (self._root / "logo").mkdir()
        self._compiler = typst.Compiler(
            root=str(self._root),
            font_paths=[str(self._fonts())],
            ignore_system_fonts=True,
        )

    def _fonts(self) -> pathlib.Path:
        """A folder with exactly the faces that the templates name.

        Their package holds each face twice (TTF and OTF); Typst would take the one that the file
        system happens to list first. Without the package Typst's own serif is used.
        """
        folder = self._root / "fonts"
        folder.mkdir()
        found = importlib.util.find_spec("font_source_sans_pro")
        if found and found.origin:
            files = pathlib.Path(found.origin).parent / "files"
            for face in _FACES:
                shutil.copy(files / f"SourceSansPro-{face}.otf", folder)
        return folder

    def _logo(self, image: bytes | None) -> str | None:
        """Put a logo where the templates may read it; its name is its content's hash."""
        if not image:
            return None
        kind = next((k for start, k in _IMAGES.items() if image.startswith(start)), None)
        if kind is None:
            if b"<svg" not in image[:2000]:
                return None
            kind = "svg"
        path = self._root / "logo" / f"{hashlib.sha256(image).hexdigest()}.{kind}"
        if not path.exists():
            path.write_bytes(image)
        return f"/logo/{path.name}"

    def render(
        self,
        template: str,
        sheet: Sheet,
        data: dict,
        *,
        facturx: str | None = None,
        tags: bool = True,
    ) -> bytes:
        """Typeset ``template`` (its name without ``.typ``) as PDF/A-3b.

        data: what the template reads beside ``sheet``; JSON-able. facturx: an e-invoice's XML to
        embed. tags: write the structure that screen readers use; costs time and space on long
        tables.
        """
        moment = datetime.datetime.combine(sheet.date, datetime.time(12), datetime.timezone.utc)
        return self._compile(
            template,
            self._inputs(sheet, data, facturx),
            format="pdf",
            pdf_standards=["a-3b"],
            pdf_tags=tags,
            timestamp=int(moment.timestamp()),
        )

    def preview(self, template: str, sheet: Sheet, data: dict) -> list[str]:
        """The document's pages as SVG, letters as outlines: the same picture in any browser."""
        pages = self._compile(template, self._inputs(sheet, data), format="svg")
        return [page.decode() for page in (pages if isinstance(pages, list) else [pages])]

    def _inputs(self, sheet: Sheet, data: dict, facturx: str | None = None) -> dict[str, str]:
        content = sheet.data() | data
        content["company"]["logo"] = self._logo(sheet.company.logo)
        inputs = {"data": json.dumps(content, ensure_ascii=False)}
        if facturx is not None:
            inputs["facturx"] = facturx
        return inputs

    def _compile(self, template: str, inputs: dict[str, str], **options):
        with self._lock:
            try:
                return self._compiler.compile(
                    str(self._root / f"{template}.typ"), sys_inputs=inputs, **options
                )
            except typst.TypstError as error:
                message = f"{template}.typ: {error.message}\n{error.diagnostic}"
                raise RenderError(message) from error
            finally:
                if len(inputs["data"]) > _LARGE:
                    self._forget()

    def _forget(self) -> None:
        """Give back the memory of a large document: some 40 kB a row until Typst lets go."""
        for _ in range(_FORGETS_AFTER + 1):
            self._compiler.compile(b"", format="pdf", sys_inputs={})

    def usable(self) -> bool:
        """Whether this is still our process and nobody has tidied up the private folder."""
        return self._pid == os.getpid() and all(
            (self._root / path.relative_to(_TEMPLATES)).exists()
            for path in _TEMPLATES.rglob("*.typ")
        )


_shared: Renderer | None = None
_shared_lock = threading.Lock()


def shared() -> Renderer:
    """The process's renderer, made when first asked for (after a server has forked)."""
    global _shared
    with _shared_lock:
        if _shared is None or not _shared.usable():
            _shared = Renderer()
        return _shared
