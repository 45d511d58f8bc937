# SPDX-License-Identifier: AGPL-3.0-or-later
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.ground import debian, say

DEB822 = """\
Types: deb
URIs: http://security.example/debian-security
Suites: x-security
Signed-By: /keys/security.gpg

# a comment
Types: deb
URIs: http://mirror.example/debian
Suites: x x-updates
Components: main
Signed-By: /keys/archive.gpg
"""
EMBEDDED = """\
Types: deb deb-src
URIs: http://mirror.example/debian/
Suites: x
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
"""


def etc(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "apt"
    (folder / "sources.list.d").mkdir(parents=True)
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        place = folder if stem == "sources" and suffix == "list" else folder / "sources.list.d"
        (place / f"{stem}.{suffix}").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("files", "mirror", "signed_by"),
    [
        ({"debian_sources": DEB822}, "http://mirror.example/debian", "/keys/archive.gpg"),
        (
            {
                "sources_list": "# deb http://no.example/debian x main\n"
                "deb [arch=amd64 signed-by=/keys/a.gpg] http://yes.example/debian x main\n"
            },
            "http://yes.example/debian",
            "/keys/a.gpg",
        ),
        (
            {"sources_list": "deb http://yes.example/debian/ x main\n"},
            "http://yes.example/debian/",
            "",
        ),
        (
            {
                "other_list": "deb http://other.example/apt x main\n",
                "debian_list": "deb http://s.example/archive/debian/20250520T000000Z x main\n",
            },
            "http://s.example/archive/debian/20250520T000000Z",
            "",
        ),
    ],
)
def test_the_configured_mirror(tmp_path, files, mirror, signed_by):
    assert debian.configured_mirror(etc(tmp_path, **files)) == (mirror, signed_by)


def test_a_key_written_into_the_source_is_kept(tmp_path):
    mirror, signed_by = debian.configured_mirror(etc(tmp_path, debian_sources=EMBEDDED))
    assert mirror == "http://mirror.example/debian/"
    assert signed_by.splitlines()[1:] == [
        " -----BEGIN PGP PUBLIC KEY BLOCK-----",
        " .",
        " mQINBF",
    ]


def test_no_debian_archive_is_said_in_one_line(tmp_path):
    folder = etc(
        tmp_path,
        off_sources=DEB822.replace("Types: deb", "Enabled: no\nTypes: deb"),
        ubuntu_list="deb http://archive.example/ubuntu x main\n",
    )
    with pytest.raises(say.Trouble) as caught:
        debian.configured_mirror(folder)
    assert "ODOO_HOME" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture
def deb(tmp_path):
    """A package made by hand: a .deb is an ar archive of three members."""
    if not shutil.which("ar"):
        pytest.skip("no ar to make a package with")
    build = tmp_path / "build"
    (build / "usr" / "share").mkdir(parents=True)
    (build / "usr" / "share" / "word").write_text("said")
    (build / "control").write_text("Package: word\nVersion: 1\nArchitecture: all\n")
    (build / "debian-binary").write_text("2.0\n")
    for name, member in (("control.tar.gz", "./control"), ("data.tar.gz", "./usr")):
        subprocess.run(["tar", "-czf", name, member], cwd=build, check=True)
    parts = ["debian-binary", "control.tar.gz", "data.tar.gz"]
    subprocess.run(["ar", "rc", tmp_path / "word.deb", *parts], cwd=build, check=True)
    return tmp_path / "word.deb"


@pytest.mark.parametrize("hidden", ["", "dpkg-deb"])
def test_unpack_with_dpkg_and_without(cache, deb, tmp_path, monkeypatch, hidden):
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("ar", "tar", "gzip", "dpkg-deb"):
        found = shutil.which(name)
        if name != hidden and found:
            (programs / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(programs))
    target = tmp_path / "a target"
    target.mkdir()
    debian.unpack(deb, target)
    assert (target / "usr" / "share" / "word").read_text() == "said"
    assert os.listdir(target) == ["usr"]


def test_aptless_machines_are_seen(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not debian.available()
