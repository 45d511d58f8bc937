# SPDX-License-Identifier: AGPL-3.0-or-later
"""``make lint``: ruff over everything, pylint-odoo over the add-on."""

from __future__ import annotations

import os
import subprocess
import sys

from . import paths
from .odoo_source import Odoo
from .say import line

#: The readme is README.md at the root, not one more in the add-on; a method may be called like one
#: of Odoo's models' in a class that is no model; a command prints; a model that many concerns
#: extend is extended in a file for each; ``_ = env._`` is ``env._`` by a shorter name; a label that
#: a field would get by its name is written where it is a word of the trade; sources, units and
#: companies are few, so all of them may be read; Odoo's own wizards are extended beside its models.
NOT_OURS = (
    "missing-readme,method-required-super,print-used,consider-merging-classes-inherited,"
    "prefer-env-translation,attribute-string-redundant,no-search-all,no-wizard-in-models"
)
CHECKS = {
    "ruff": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "pylint-odoo": ["pylint", f"--disable={NOT_OURS}", "--score=n", "telecom_billing"],
}


def lint(odoo: Odoo, words: list[str]) -> int:
    """lint [--fix]: ruff and pylint-odoo; --fix mends what can be mended by itself"""
    if "--fix" in words:
        subprocess.call([sys.executable, "-m", "ruff", "check", "--fix", "."], cwd=paths.ROOT)
        subprocess.call([sys.executable, "-m", "ruff", "format", "."], cwd=paths.ROOT)
    env = {**os.environ, "PYTHONPATH": str(paths.ROOT)}
    bad = [
        name
        for name, command in CHECKS.items()
        if subprocess.call([sys.executable, "-m", *command], cwd=paths.ROOT, env=env)
    ]
    line(f"  lint: {', '.join(bad)} complain" if bad else "  lint: clean")
    return 1 if bad else 0
