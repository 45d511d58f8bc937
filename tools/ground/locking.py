# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lock``: resolve requirements/*.in once into requirements/lock.txt, for every Python we support.

Odoo is in no registry: an empty stand-in satisfies what OCA's add-ons say they need. psycopg2 is
taken out, since psycopg2-binary, which needs no compiler, brings the same module.
"""

from __future__ import annotations

import os
import ssl
import sys
import tempfile
import zipfile
from pathlib import Path

from . import paths, run, venv
from .odoo_source import Odoo
from .say import line

HEAD = (
    "# Made by `python3 -m tools.ground lock` from the .in files beside it; complete, so pip\n"
    "# installs it with --no-deps. One version for every Python from 3.10 to 3.13.\n"
)


def _stand_in(folder: Path) -> None:
    info = "odoo-19.0.dist-info"
    with zipfile.ZipFile(folder / "odoo-19.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


def lock(odoo: Odoo, words: list[str]) -> int:
    """lock [--upgrade]: pin requirements/*.in anew; what still fits keeps its version"""
    sources = sorted((paths.ROOT / "requirements").glob("*.in"))
    certificates = os.environ.get("PIP_CERT") or ssl.get_default_verify_paths().cafile
    env = {"SSL_CERT_FILE": certificates or "", **os.environ}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _stand_in(folder)
        overrides = folder / "overrides.txt"
        overrides.write_text("psycopg2; python_version < '3'\n", "utf-8")
        target = folder / "lock.txt"
        if "--upgrade" not in words and venv.LOCK.exists():
            target.write_text(venv.LOCK.read_text("utf-8"), "utf-8")
        run.logged(
            [sys.executable, "-m", "uv", "pip", "compile", "--universal", "--no-config"]
            + ["--python-version", "3.10", "--fork-strategy", "fewest"]
            + ["--find-links", folder, "--overrides", overrides, "--no-emit-package", "odoo"]
            + ["--no-emit-find-links", "--no-header", "--no-annotate", *words]
            + ["--output-file", target, *sources],
            "lock",
            "the requirements could not be resolved",
            "read the log, mend requirements/*.in",
            env=env,
        )
        pins = target.read_text("utf-8").strip()
        paths.write_atomic(venv.LOCK, f"{HEAD}{pins}\n")
    line(f"  {len(pins.splitlines())} pins in {venv.LOCK}")
    return 0
