# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib

import numpy as np
import pandas as pd
import pytest

from connectors import frame as contract
from connectors.frame import COLUMNS, MICRO, Deduplicator, dedup_keys, uuid_texts


def usage(*rows):
    """A usage frame from partial rows."""
    base = {
        "line": 1, "record_id": None, "service": "voice", "direction": "out",
        "started_at": "2026-09-01 10:00:00", "quantity": 61 * MICRO, "unit": "second",
        "a_number": "4930123456", "b_number": "49301234", "a_raw": "030123456",
        "b_raw": "0301234", "account": None, "destination": None, "cost": None,
        "currency": None, "conference": None, "participant": None,
    }  # fmt: skip
    rows = [base | {"line": at} | row for at, row in enumerate(rows, 1)]
    return pd.DataFrame(
        {
            name: pd.Series([row[name] for row in rows]).astype(dtype)
            for name, dtype in COLUMNS.items()
        }
    )


def test_empty_frame_keeps_the_contract():
    assert contract.faults(contract.empty()) == []
    assert len(contract.empty_rejects()) == 0
    assert list(contract.empty_rejects()) == list(contract.REJECT_COLUMNS)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"direction": "sideways"}, "direction"),
        ({"service": None}, "service"),
        ({"b_number": "0301234"}, "b_number"),
        ({"a_number": "1" * 16}, "a_number"),
        ({"cost": 5}, "currency"),
        ({"cost": 5, "currency": "Euro"}, "three letters"),
    ],
)
def test_breaches_are_named(change, word):
    assert contract.faults(usage({})) == []
    with pytest.raises(ValueError, match=word):
        contract.check(usage({}, change))


def test_missing_and_unknown_columns_are_named():
    found = contract.faults(usage({}).rename(columns={"unit": "units"}))
    assert found == ["column unit is missing", "column units is unknown"]


def test_equal_rows_get_different_keys_and_the_same_again():
    sms = {"service": "sms", "quantity": MICRO, "unit": "piece"}
    delivery = usage(sms, sms, {}, sms)
    keys = dedup_keys(delivery)
    assert keys.dtype.itemsize == 16 and keys.shape == (4,)
    assert len(set(uuid_texts(keys))) == 4
    assert uuid_texts(keys) == uuid_texts(dedup_keys(delivery))


def test_chunks_make_no_difference():
    rows = [{"quantity": MICRO * (at % 3), "record_id": "x" if at == 5 else None}
            for at in range(12)]  # fmt: skip
    delivery = usage(*rows)
    whole = uuid_texts(dedup_keys(delivery))
    state = Deduplicator()
    parts = [text for at in range(0, 12, 5)
             for text in uuid_texts(dedup_keys(delivery.iloc[at : at + 5], state))]  # fmt: skip
    assert parts == whole
    assert len(set(whole)) == 12


def test_line_and_normalised_number_do_not_matter_but_facts_do():
    same = uuid_texts(dedup_keys(usage({"line": 1, "b_number": "49301234"})))
    assert uuid_texts(dedup_keys(usage({"line": 9, "b_number": None}))) == same
    for change in ({"quantity": 62 * MICRO}, {"a_raw": "x"}, {"account": ""}, {"cost": 0}):
        assert uuid_texts(dedup_keys(usage(change))) != same


def test_neighbouring_columns_do_not_run_together():
    one = dedup_keys(usage({"account": "ab", "destination": "c"}))
    two = dedup_keys(usage({"account": "a", "destination": "bc"}))
    assert uuid_texts(one) != uuid_texts(two)


def test_a_record_id_is_the_key_whatever_the_rest():
    one = usage({"record_id": "id-1"}, {"record_id": "id-1", "quantity": 0})
    keys = uuid_texts(dedup_keys(one))
    assert keys[0] == keys[1]


def test_keys_are_fixed_for_all_time():
    # stored keys must be found again by any later version
    assert uuid_texts(dedup_keys(usage({"record_id": "id-1"}))) == [
        hashlib.blake2b(b"id\x1fid-1", digest_size=16).hexdigest()
    ]
    facts = "\x1f".join(
        ["voice", "out", str(np.datetime64("2026-09-01T10:00:00", "us").astype(int)),
         "61000000", "second", "030123456", "0301234", *["\x00"] * 6]
    )  # fmt: skip
    digest = hashlib.blake2b(facts.encode(), digest_size=16).hexdigest()
    assert uuid_texts(dedup_keys(usage({}))) == [digest]


def test_no_rows_no_keys():
    assert len(dedup_keys(contract.empty())) == 0
