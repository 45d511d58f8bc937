# SPDX-License-Identifier: AGPL-3.0-or-later
"""Odoo 19 itself: one that is there, else Debian's package, else a shallow clone."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import debian, paths, run
from .progress import step
from .say import Trouble, line

SERIES = (19, 0)
PACKAGE = "odoo-19"
#: Where Debian's package has its Python files.
PACKAGED = Path("usr/lib/python3/dist-packages")
#: Files that Odoo ships and Debian cut out and links to, with the suites to look in. Without the
#: scripts every page answers 500; without the fonts icons and reports lose their letters.
LINKED = {
    "libjs-jquery": ("sid",),
    "libjs-jquery-form": ("sid",),
    "libjs-underscore": ("sid",),
    "fonts-roboto-unhinted": ("sid",),
    "fonts-montserrat": ("sid",),
    "fonts-inconsolata": ("sid",),
    "fonts-ocr-b": ("sid",),
    # Version 4.7 left unstable, and so will leave stable one day.
    "fonts-font-awesome": ("stable", "oldstable"),
}
#: A script that Debian left out whole: video calls' background blur, unused here. Without a file
#: each page would log an error.
LEFT_OUT = ("mail/static/lib/selfie_segmentation/selfie_segmentation.js",)
CLONE = "https://github.com/odoo/odoo"


@dataclass(frozen=True)
class Odoo:
    """Where Odoo is: `path` goes on Python's path, `ident` names the version in cache keys."""

    path: Path
    ident: str


def find() -> Odoo:
    """Return an Odoo 19, fetched only when there is none.

    :raises Trouble: when there is none and none can be fetched, or a given one is not 19.0.
    """
    home = os.environ.get("ODOO_HOME")
    if home:
        return _existing(Path(home).expanduser(), f"ODOO_HOME={home}")
    spec = importlib.util.find_spec("odoo.release") if importlib.util.find_spec("odoo") else None
    if spec and spec.origin:
        return _existing(Path(spec.origin).parents[1], "the importable odoo")
    kept = _kept()
    if kept:
        return kept
    with paths.lock("odoo"):
        return _kept() or _fetch()


def _existing(path: Path, named: str) -> Odoo:
    release = path / "odoo" / "release.py"
    if not release.is_file():
        raise Trouble(
            f"{named} has no odoo/release.py",
            "name the folder that holds Odoo's folder 'odoo' (of a source tree, its root)",
        )
    found = re.search(r"^version_info\s*=\s*\((\d+),\s*(\d+)", release.read_text("utf-8"), re.M)
    version = (int(found.group(1)), int(found.group(2))) if found else (0, 0)
    if version != SERIES:
        raise Trouble(
            f"{named} is Odoo {version[0]}.{version[1]}, needed is {SERIES[0]}.{SERIES[1]}",
            "name another one, or unset ODOO_HOME to have Odoo fetched",
        )
    resolved = path.resolve()
    return Odoo(resolved, f"local-{paths.key(str(resolved), release.read_text('utf-8'))}")


def _kept() -> Odoo | None:
    trees = [tree for tree in (paths.cache() / "odoo").glob("*-*") if tree.suffix != ".part"]
    if not trees:
        return None
    tree = max(trees, key=lambda tree: tree.stat().st_mtime)
    return Odoo(tree / PACKAGED if tree.name.startswith("debian-") else tree, tree.name)


def _fetch() -> Odoo:
    if debian.available():
        try:
            return _from_debian()
        except Trouble as trouble:
            if not shutil.which("git"):
                raise
            line(f"  {trouble}")
            line("  trying a shallow clone instead")
    if shutil.which("git"):
        return _from_git()
    raise Trouble(
        "no Odoo 19 here, and neither apt nor git to fetch it with",
        "set ODOO_HOME to an Odoo 19 source tree, or install git",
    )


def _from_debian() -> Odoo:
    cache = paths.cache()
    paths.need_space(cache, 2.0, "Odoo")
    archives: dict[str, debian.Archive] = {}

    def holder(package: str, suites: tuple[str, ...]) -> debian.Archive | None:
        for suite in suites:
            if suite not in archives:
                archives[suite] = debian.Archive(suite, cache / "apt" / suite)
                archives[suite].update()
            if archives[suite].version(package):
                return archives[suite]
        return None

    with step("debian lists", "Debian's package lists"):
        sid = holder(PACKAGE, ("sid",))
        linked = {package: holder(package, suites) for package, suites in LINKED.items()}
    version = sid.version(PACKAGE) if sid else ""
    if not sid or not version:
        raise Trouble(f"Debian's unstable suite has no package {PACKAGE}", debian.MIRROR_REMEDY)
    tree = cache / "odoo" / f"debian-{re.sub(r'[^0-9A-Za-z.+~-]', '_', version)}"
    with step("debian odoo", f"Odoo {version} from Debian"), paths.whole(tree) as part:
        for package, archive in linked.items():
            if archive:
                debian.unpack(archive.fetch(package), part)
        debian.unpack(sid.fetch(PACKAGE), part)
        for script in LEFT_OUT:
            stub = part / PACKAGED / "odoo" / "addons" / script
            if stub.parents[3].is_dir() and not stub.exists():
                stub.parent.mkdir(parents=True, exist_ok=True)
                stub.write_text("// Left out of Debian's package.\n", "utf-8")
        loose = [str(link.relative_to(part)) for link in dangling(part)]
        paths.write_atomic(cache / "logs" / "dangling.log", "\n".join(loose))
        for script in (name for name in loose if name.endswith(".js")):
            line(f"  Debian's {PACKAGE} links to {script}, which no package brought")
    paths.remove(cache / "apt")
    return Odoo(tree / PACKAGED, tree.name)


def dangling(tree: Path) -> list[Path]:
    """Links of the unpacked tree that point to nothing."""
    return sorted(
        Path(folder, name)
        for folder, folders, names in os.walk(tree)
        for name in (*folders, *names)
        if os.path.islink(os.path.join(folder, name))
        and not os.path.exists(os.path.join(folder, name))
    )


def _from_git() -> Odoo:
    paths.need_space(paths.cache(), 3.0, "a clone of Odoo")
    tree = paths.cache() / "odoo" / "git-19.0"
    with step("git odoo", "Odoo 19.0, shallow clone"), paths.whole(tree) as part:
        run.logged(
            ["git", "clone", "--quiet", "--depth", "1", "--branch", "19.0", CLONE, part],
            "git-odoo",
            "cannot clone Odoo",
            "check the network, or set ODOO_HOME to an Odoo 19 source tree",
        )
    return Odoo(tree, tree.name)
