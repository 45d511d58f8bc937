# SPDX-License-Identifier: AGPL-3.0-or-later
"""The examples in docstrings hold."""

import doctest

import pytest

from telecom_billing.numbering import patterns


@pytest.mark.parametrize("module", [patterns])
def test_doctests(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
