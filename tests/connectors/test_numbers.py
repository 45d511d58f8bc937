# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every trap of the number notations that carriers and switches set."""

import doctest

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import number_arrays, number_table, numbers
from connectors.numbers import Notation, normalise

TRAPS = [
    # what stands there, declared notation, digits, reason
    ("492111234567", "international_bare", "492111234567", None),
    ("492111234567", "national_de", None, "number_notation"),  # phonenumbers would say +49 49211…
    ("4922814", "international_bare", "4922814", None),
    ("33123456789", "international_bare", "33123456789", None),
    ("491801234567", "e164", "491801234567", None),
    ("+49 (0)30 123456", "national_de", "4930123456", None),
    ("+49030123456", "e164", "4930123456", None),
    ("030/12 34-56", "national_de", "4930123456", None),
    ("0049301234", "national_de", "49301234", None),
    ("004986517174964", "international_00", "4986517174964", None),
    ("0034911234567", "international", "34911234567", None),
    ("+34911234567", "international", "34911234567", None),
    ("34911234567", "international", "34911234567", None),
    ("00034911234567", "international", "34911234567", None),
    ("110", "national_de", "49110", None),
    ("112", "mixed_de", "49112", None),
    ("115", "national_de", "49115", None),
    ("116117", "national_de", "49116117", None),
    ("11833", "national_de", "4911833", None),
    ("118000", "mixed_de", "49118000", None),
    ("49110", "e164", "49110", None),
    ("032123456", "national_de", "4932123456", None),
    ("0700123456", "national_de", "49700123456", None),
    ("0191234", "national_de", "49191234", None),
    ("0137 1234567", "national_de", "491371234567", None),
    ("01801234567", "national_de", "491801234567", None),
    ("0900 1 123456", "national_de", "499001123456", None),
    ("08001234567", "national_de", "498001234567", None),
    ("0110", "national_de", None, "number_notation"),  # an outside line not declared
    ("D127492289912345", "national_de", "492289912345", None),
    ("D127492289912345", "e164", "492289912345", None),
    ("CONF-1234", "national_de", None, "number_not_phone"),
    ("*31#030123456", "national_de", "4930123456", None),
    ("#31#030123456", "national_de", "4930123456", None),
    ("*98", "national_de", None, "number_service_code"),
    ("*21*030123456#", "national_de", None, "number_service_code"),
    ("sip:+4930123456@sbc.example;user=phone", "e164", "4930123456", None),
    ("<sip:030123456@sbc.example>;tag=1", "national_de", "4930123456", None),
    ("sip:anonymous@anonymous.invalid", "national_de", None, "number_withheld"),
    ("tel:+49-30-123456", "e164", "4930123456", None),
    ("client:alice", "e164", None, "number_not_phone"),
    ('"Caller" <+4930123456>', "e164", "4930123456", None),
    ("anonymous", "national_de", None, "number_withheld"),
    ("Unbekannt", "national_de", None, "number_withheld"),
    ("", "national_de", None, None),
    ("4.92E+11", "e164", None, "number_damaged"),
    ("4,92E+11", "national_de", None, "number_damaged"),
    ("4930123456.0", "e164", None, "number_damaged"),
    ('="030123456"', "national_de", "4930123456", None),
    ("'030123456", "national_de", "4930123456", None),
    ("030123xxx", "national_de", "4930123", "number_masked"),
    ("+4930123***", "e164", "4930123", "number_masked"),
    ("030123...", "national_de", "4930123", "number_masked"),
    ("+210123456", "e164", None, "number_country"),
    ("٣٠١٢٣٤٥٦", "e164", None, "number_not_phone"),
    ("²", "e164", None, "number_not_phone"),
    ("+4930123456789012345", "e164", "493012345678901", None),  # dialled on after the number
    ("1" * 40, "e164", None, "number_too_long"),
    ("+8835100123456", "e164", "8835100123456", None),
]


@pytest.mark.parametrize(("text", "notation", "digits", "reason"), TRAPS)
def test_traps(text, notation, digits, reason):
    found = normalise(text, Notation.of(notation))
    assert (found.digits, found.reason) == (digits, reason)


@pytest.mark.parametrize(
    ("text", "options", "digits", "reason"),
    [
        ("1234567", {"area": "30"}, "49301234567", None),
        ("1234567", {"area": "030"}, "49301234567", None),
        ("204", {"area": "30", "extension_max": 4}, None, "number_extension"),
        ("204", {"extension_max": 4}, None, "number_extension"),
        ("112", {"extension_max": 4}, "49112", None),
        ("0112", {"outside": "0"}, "49112", None),
        ("0030123456", {"outside": "0"}, "4930123456", None),
        ("01013030123456", {"call_by_call": True}, "4930123456", None),
        ("010012030123456", {"call_by_call": True}, "4930123456", None),
        ("01013030123456", {}, None, "number_notation"),
        ("0612345678", {"country": "39"}, "390612345678", None),  # Italy keeps its zero
        ("0142345678", {"country": "33"}, "33142345678", None),
        ("17", {"country": "33"}, "3317", None),
    ],
)
def test_declared_options(text, options, digits, reason):
    found = normalise(text, Notation.of("national_de", **options))
    assert (found.digits, found.reason) == (digits, reason)


def test_one_row_may_mix_notations():
    # a carrier's row: A is 49…, B is 0049…
    a, b = Notation.of("international_bare"), Notation.of("international_00")
    assert normalise("4986517174963", a).digits == "4986517174963"
    assert normalise("004986517174964", b).digits == "4986517174964"
    both = Notation.of("00, bare")
    assert normalise("4986517174963", both).digits == "4986517174963"
    assert normalise("004986517174964", both).digits == "4986517174964"


def test_order_decides_between_local_and_international():
    assert normalise("4922812345", Notation.of("local, bare", area="30")).digits.startswith("4930")
    assert normalise("4922812345", Notation.of("bare, local", area="30")).digits == "4922812345"


def test_bad_declarations_are_named():
    with pytest.raises(ValueError, match="nationalish"):
        Notation.of("nationalish")
    with pytest.raises(ValueError, match="country code"):
        Notation.of("e164", country="0")
    with pytest.raises(ValueError, match="area"):
        Notation.of("e164", area="Berlin")


def test_kinds_of_numbers():
    assert number_table.kind("49110") == "emergency"
    assert number_table.kind("4911833") == "enquiry"
    assert number_table.kind("491701234567") == "mobile"
    assert number_table.kind("4932123456") == "national_subscriber"
    assert number_table.kind("43123") == "foreign"


PHONEISH = st.text(alphabet="0123456789+*#()-/. xXD@sip:;<>E", max_size=24) | st.sampled_from(
    [trap[0] for trap in TRAPS]
) | st.from_regex(r"(\+|00|000|0|)[0-9]{0,18}", fullmatch=True) | st.text(max_size=12)  # fmt: skip
NOTATIONS = st.builds(
    lambda kinds, options: Notation(tuple(kinds), **options),
    st.lists(st.sampled_from(numbers.KINDS), min_size=1, max_size=8, unique=True),
    st.fixed_dictionaries(
        {},
        optional={
            "area": st.sampled_from(["", "30"]),
            "outside": st.sampled_from(["", "0", "9"]),
            "extension_max": st.integers(0, 9),
            "call_by_call": st.booleans(),
            "country": st.sampled_from(["49", "43", "1", "39"]),
        },
    ),
)


@given(st.lists(PHONEISH | st.none(), max_size=20), NOTATIONS)
def test_columns_are_read_like_single_numbers(texts, notation):
    digits, reasons = number_arrays.normalise_array(pa.array(texts, pa.string()), notation)
    single = [normalise(text, notation) for text in texts]
    assert digits.to_pylist() == [number.digits for number in single]
    assert reasons.to_pylist() == [number.reason for number in single]


@given(PHONEISH, NOTATIONS)
def test_digits_are_digits_or_there_is_a_reason(text, notation):
    found = normalise(text, notation)
    if found.digits is None:
        assert found.reason or not text.strip(" '=\"\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0")
    else:
        assert found.digits.isdecimal() and found.digits.isascii()
        assert 2 <= len(found.digits) <= 15 and found.digits[0] != "0"


@pytest.mark.parametrize(
    ("text", "kinds", "digits"),
    [
        # short numbers where a country code is expected: not of America, not of Greenland
        ("116117", "e164", None),
        ("118000", "e164", None),
        ("299999", "mixed_de", None),
        ("49116117", "e164", "49116117"),
        ("49110", "e164", "49110"),
        ("43133", "e164", "43133"),  # the police of Austria
        ("+299999", "e164", "299999"),  # said to be international
        ("003315", "international, short", "3315"),  # France: emergency
        ("\\+4930123456", "e164", "4930123456"),  # escaped, as in CUCM's dial plans
        ("030123456#", "national_de", "4930123456"),  # the sign that ends dialling
        ("sip:+4930123456:secret@host", "e164", "4930123456"),
    ],
)
def test_short_and_escaped_numbers(text, kinds, digits):
    assert normalise(text, Notation.of(kinds, extension_max=0)).digits == digits


def test_a_local_number_does_not_grow_beyond_a_number():
    notation = Notation.of("national_de", area="30")
    assert normalise("1234567", notation).digits == "49301234567"
    assert normalise("493012345678", notation).reason == "number_notation"


def test_doctests():
    for module in (numbers, number_table):
        assert doctest.testmod(module).failed == 0
