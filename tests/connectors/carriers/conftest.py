# SPDX-License-Identifier: AGPL-3.0-or-later

import pytest

from connectors.carriers.windows import Windowed
from tests.connectors.carriers.service import NOW


@pytest.fixture(autouse=True)
def present(monkeypatch):
    monkeypatch.setattr(Windowed, "now", lambda self: NOW)


@pytest.fixture
def local(tmp_path):
    folder = tmp_path / "local"
    folder.mkdir()
    return folder
