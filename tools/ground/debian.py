# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetch Debian packages with apt's own signature check, without root and without a trace.

apt gets a private state (lists, cache, sources) and the mirror and key that the machine's own
configuration names; only the suite differs. Nothing is installed or pinned on the system.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from . import paths, run
from .say import Trouble

MIRROR_REMEDY = (
    "check the network, or set ODOO_HOME to an existing Odoo 19, or install git for a clone"
)


def available() -> bool:
    """Whether this machine has apt and a way to unpack a .deb."""
    return bool(shutil.which("apt-get") and (shutil.which("dpkg-deb") or shutil.which("ar")))


def configured_mirror(etc: Path = Path("/etc/apt")) -> tuple[str, str]:
    """(address, value of Signed-By) of the machine's Debian archive, from its own sources.

    The latter is empty when the machine trusts keys globally.
    :raises Trouble: when no Debian archive is configured.
    """
    files = [*sorted((etc / "sources.list.d").glob("*.sources")), etc / "sources.list"]
    files += sorted((etc / "sources.list.d").glob("*.list"))
    for file in files:
        if not file.is_file():
            continue
        text = file.read_text("utf-8", "replace")
        for mirror, keyring in _deb822(text) if file.suffix == ".sources" else _one_line(text):
            if re.search(r"/debian(/\d{8}T\d{6}Z)?/?$", mirror):
                return mirror, keyring
    raise Trouble(
        f"no Debian archive among the apt sources of {etc}",
        "set ODOO_HOME to an existing Odoo 19, or install git for a clone of its branch 19.0",
    )


def _deb822(text: str) -> list[tuple[str, str]]:
    found = []
    for stanza in re.split(r"\n\s*\n", text):
        # A value may go on in indented lines, as a key written into Signed-By does.
        fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t].*)*)", stanza, re.M))
        if "deb" in fields.get("Types", "").split() and fields.get("Enabled", "yes") != "no":
            for mirror in fields.get("URIs", "").split():
                found.append((mirror, fields.get("Signed-By", "")))
    return found


def _one_line(text: str) -> list[tuple[str, str]]:
    found = []
    for options, mirror in re.findall(r"^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)", text, re.M):
        keyring = re.search(r"signed-by=(\S+)", options or "")
        found.append((mirror, keyring.group(1) if keyring else ""))
    return found


class Archive:
    """One suite of the configured Debian archive, seen through a private apt state."""

    def __init__(self, suite: str, state: Path):
        self.suite, self.state = suite, state
        mirror, keyring = configured_mirror()
        for folder in ("lists/partial", "archives/partial", "parts"):
            (state / folder).mkdir(parents=True, exist_ok=True)
        stanza = f"Types: deb\nURIs: {mirror}\nSuites: {suite}\nComponents: main\n"
        if keyring:
            stanza += f"Signed-By: {keyring}\n"
        paths.write_atomic(state / "parts" / "debian.sources", stanza)
        (state / "status").touch()
        # A configuration file, not -o options: apt would split a path with a space in it.
        quoted = str(state).replace('"', "")
        paths.write_atomic(
            state / "apt.conf",
            f'Dir::State "{quoted}";\nDir::State::Lists "{quoted}/lists";\n'
            f'Dir::State::status "{quoted}/status";\n'
            f'Dir::Cache "{quoted}";\nDir::Cache::Archives "{quoted}/archives";\n'
            f'Dir::Etc::SourceList "/dev/null";\nDir::Etc::SourceParts "{quoted}/parts";\n'
            'Acquire::Languages "none";\nAPT::Sandbox::User "";\nAcquire::Retries "3";\n'
            'APT::Install-Recommends "0";\n',
        )

    def _apt(self, tool: str, *words: str, cwd: Path | None = None) -> str:
        env = {**os.environ, "APT_CONFIG": str(self.state / "apt.conf"), "LC_ALL": "C"}
        return run.logged(
            [tool, *words],
            f"apt-{self.suite}-{words[-1] if tool == 'apt-cache' else words[0]}",
            f"{tool} {' '.join(words)} failed for Debian's suite {self.suite}",
            MIRROR_REMEDY,
            env=env,
            cwd=cwd,
        )

    def update(self) -> None:
        """Fetch the suite's signed index."""
        self._apt("apt-get", "-q", "update")

    def version(self, package: str) -> str:
        """The version apt would fetch, or '' when the suite has no such package."""
        found = re.search(r"^Version: (\S+)$", self._apt("apt-cache", "show", package), re.M)
        return found.group(1) if found else ""

    def fetch(self, package: str) -> Path:
        """Download one package (checked by apt) and return its file."""
        folder = self.state / "debs" / package
        paths.remove(folder)
        folder.mkdir(parents=True)
        self._apt("apt-get", "-q", "download", package, cwd=folder)
        return next(folder.glob("*.deb"))


def unpack(deb: Path, target: Path) -> None:
    """Unpack a package's files under `target`, by dpkg-deb, else by ar and tar."""
    remedy = "remove the cache with `make clean-all` and try again"
    if shutil.which("dpkg-deb"):
        run.logged(["dpkg-deb", "-x", deb, target], "unpack", f"cannot unpack {deb.name}", remedy)
        return
    parts = run.logged(["ar", "t", deb], "unpack", f"cannot read {deb.name}", remedy).split()
    data = next(part for part in parts if part.startswith("data.tar"))
    run.logged(["ar", "x", deb, data], "unpack", f"cannot read {deb.name}", remedy, cwd=target)
    run.logged(["tar", "-xf", target / data, "-C", target], "unpack", "tar failed", remedy)
    (target / data).unlink()
