# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a provider installs: one wheel with the add-on and the connectors, and the pins it needs."""

import ast
import os
import re
import subprocess
import sys
import zipfile
from email import message_from_string

import pytest

from tools.ground import paths, template

ROOT = paths.ROOT
REQUIREMENTS = ROOT / "requirements"


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def names(file):
    lines = (REQUIREMENTS / file).read_text("utf-8").splitlines()
    return {canonical(re.match(r"[\w.-]+", t)[0]) for t in lines if t and not t.startswith("#")}


@pytest.fixture(scope="module")
def manifest():
    return ast.literal_eval((ROOT / "telecom_billing" / "__manifest__.py").read_text("utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, ROOT],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": ""},
        cwd=target,
    )
    (file,) = target.glob("*.whl")
    return file


def committed(folder):
    """The files of a folder that git knows, or that are there where this is no clone."""
    listed = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        return {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    found = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {str(p.relative_to(ROOT)) for p in found if "__pycache__" not in p.parts}


def test_one_wheel_has_the_addon_and_the_connectors(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    for name in committed("connectors"):
        if not name.startswith("."):
            assert name in inside
    for name in committed("telecom_billing"):
        if not name.endswith(".gitkeep"):
            assert f"odoo/addons/{name}" in inside
    strange = {name.split("/")[0] for name in inside} - {"odoo", "connectors"}
    assert all(name.endswith(".dist-info") for name in strange), strange


def test_the_wheel_says_what_it_needs(wheel, manifest):
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = message_from_string(archive.read(name).decode())
    needs = {canonical(re.match(r"[\w.-]+", need)[0]) for need in metadata.get_all("Requires-Dist")}
    assert "odoo" in needs
    assert names("runtime.in") <= needs
    assert {canonical(n) for n in manifest["external_dependencies"]["python"]} <= needs
    assert metadata["Version"] == manifest["version"]
    assert metadata["License-Expression"] == "AGPL-3.0-or-later"


def test_installed_from_the_wheel_odoo_finds_the_addon(wheel, tmp_path):
    """As at a provider's: no add-ons path, no clone, a wheel beside Odoo."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    script = (
        "import odoo.init, odoo.tools, connectors\n"
        "odoo.tools.config.parse_config(['-c', '/dev/null'], setup_logging=False)\n"
        "from odoo.modules.module import get_module_path\n"
        "print(connectors.__file__); print(get_module_path('telecom_billing'))\n"
    )
    env = {name: value for name, value in os.environ.items() if name != "ODOO_RC"}
    said = subprocess.run(
        [sys.executable, "-c", script],
        env={**env, "PYTHONPATH": str(tmp_path / "site")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert said == [
        str(tmp_path / "site" / "connectors" / "__init__.py"),
        str(tmp_path / "site" / "odoo" / "addons" / "telecom_billing"),
    ]


def test_the_template_has_what_the_addon_depends_on(manifest):
    assert set(manifest["depends"]) <= set(template.Recipe.shipped().modules)


def test_every_requirement_is_pinned_once():
    lines = (REQUIREMENTS / "lock.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9.-]+==[\w.!+]+( ; .+)?", pin) for pin in pins)
    pinned = [canonical(pin.split("==")[0]) for pin in pins]
    assert len(pinned) == len(set(pinned)), "one version for every Python"
    for file in REQUIREMENTS.glob("*.in"):
        assert names(file.name) <= set(pinned), f"{file.name}: run `lock`"


def test_every_library_the_addon_names_is_pinned(manifest):
    pinned = names("lock.txt")
    assert {canonical(name) for name in manifest["external_dependencies"]["python"]} <= pinned
    depends = {f"odoo-addon-{canonical(name)}" for name in manifest["depends"]}
    oca = {name for name in depends if name in pinned}
    core = {canonical(name) for name in ("account", "portal", "sale")}
    assert oca, "the OCA's add-ons come as wheels"
    assert not {f"odoo-addon-{name}" for name in core} & pinned


def test_no_host_is_named_in_the_requirements():
    for file in REQUIREMENTS.iterdir():
        assert "://" not in file.read_text("utf-8"), file.name


def test_the_licence_is_the_whole_text():
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in text.splitlines()[0]
    assert "13. Remote Network Interaction" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_every_python_file_names_its_licence():
    files = [
        f
        for room in ("connectors", "telecom_billing", "tools", "demo", "tests")
        for f in committed(room)
        if f.endswith(".py")
    ]
    line = "SPDX-License-Identifier: AGPL-3.0-or-later"
    silent = [name for name in files if line not in (ROOT / name).read_text("utf-8")[:300]]
    assert files
    assert not silent
