# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's SMTP server."""

import doctest

from demo import post_office


def test_examples():
    results = doctest.testmod(post_office)
    assert results.attempted and not results.failed
