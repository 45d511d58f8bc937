# SPDX-License-Identifier: AGPL-3.0-or-later
"""Destinations: unique, reachable, fictional."""

import doctest

import pytest

from demo import places


def test_examples():
    assert doctest.testmod(places).failed == 0


@pytest.mark.parametrize("place", places.PLACES.values(), ids=lambda p: p.code)
def test_numbers_stay_in_their_range(place):
    numbers = {place.number(pick) for pick in range(2000)}
    high = 10**place.free - 1 if place.high is None else place.high
    assert len(numbers) == high - place.low + 1
    assert {len(number) for number in numbers} == {len(place.stem) + place.free}


def test_every_class_of_special_number_is_called():
    stems = [places.PLACES[code].stem for code in places.SERVICE]
    for special in ("49112", "49116", "49118", "49180", "49800", "49900"):
        assert any(stem.startswith(special) for stem in stems)
