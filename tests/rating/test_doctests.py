# SPDX-License-Identifier: AGPL-3.0-or-later
"""The examples in the core's documentation are true."""

import doctest
import importlib
import pkgutil

import pytest

import telecom_billing.rating

NAMES = sorted(
    f"telecom_billing.rating.{module.name}"
    for module in pkgutil.iter_modules(telecom_billing.rating.__path__)
    if module.name != "__main__"
)


@pytest.mark.parametrize("name", ["telecom_billing.rating", *NAMES])
def test_doctests(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_some_modules_have_examples():
    counts = {name: doctest.testmod(importlib.import_module(name)).attempted for name in NAMES}
    assert counts["telecom_billing.rating.prefixes"] > 3
    assert counts["telecom_billing.rating.money"] > 3
