# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rating on another machine: a shard comes in as plain frames, charges go out the same way.

What runs this needs nothing but this package, numpy and pandas. The tariff book travels with each
shard, packed, and is built once a process.
"""

from __future__ import annotations

import functools
import hashlib
import pathlib
import pickle
import zlib
from collections import OrderedDict
from typing import Any

import pandas as pd

from .book import TariffBook
from .engine import rate
from .usage import SumError

#: Books that a worker keeps ready: one a company and month being rated.
_KEPT = 4
_books: OrderedDict[bytes, TariffBook] = OrderedDict()


class OtherVersion(RuntimeError):
    """The worker has another version of this package than the one that sent the shard."""


@functools.cache
def fingerprint() -> str:
    """What this package's source says: two processes with the same give the same prices."""
    found = hashlib.sha256()
    for path in sorted(pathlib.Path(__file__).parent.glob("*.py")):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def pack(data: dict[str, Any]) -> bytes:
    """A tariff book for :func:`rate_shard`."""
    return zlib.compress(pickle.dumps(data, protocol=4), 1)


def rate_shard(
    version: str, packed: bytes, usage: pd.DataFrame, before: dict[str, pd.DataFrame | None]
) -> dict[str, pd.DataFrame]:
    """``rate()`` of a packed book: frames ``charges``, ``allowances``, ``alerts``.

    Of a shard in which sums are too large nothing: the sender finds out whose they are.

    ``before``: the arguments ``spent``, ``opening`` and ``settled``. Raises
    :class:`OtherVersion` where ``version``, the sender's :func:`fingerprint`, is not the worker's.
    """
    if version != fingerprint():
        raise OtherVersion(f"{fingerprint()} here, {version} there")
    try:
        rated = rate(_book(packed), usage, **before)
    except SumError:
        return {}
    return {"charges": rated.charges, "allowances": rated.allowances, "alerts": rated.alerts}


def _book(packed: bytes) -> TariffBook:
    key = hashlib.sha256(packed).digest()
    if key not in _books:
        _books[key] = TariffBook(pickle.loads(zlib.decompress(packed)))
        while len(_books) > _KEPT:
            _books.popitem(last=False)
    _books.move_to_end(key)
    return _books[key]
