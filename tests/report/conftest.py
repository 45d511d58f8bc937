# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from telecom_billing.report.renderer import Renderer


@pytest.fixture(scope="session")
def renderer():
    """One compiler for all tests, as in production."""
    return Renderer()
