# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which price lists are asked for a record, in which order.

A contract's (or line's) individual lists come first, then those of booked options, then the tariff,
then its fallbacks, then the book's default. The first that has a price for the record at its start
decides. Most records share a handful of such chains; they are worked out once each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .book import TariffBook
from .parties import Term, key
from .tariffs import FIRST, LAST
from .usage import Usage

_SEPARATOR = "|"


class Chains(NamedTuple):
    """``row``: chain of each row; ``tariffs`` (chain × depth): tariff position or -1;
    ``begins``, ``ends``: when a link holds; ``options``: terms of each chain's options."""

    row: np.ndarray
    tariffs: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    options: list[tuple[Term, ...]]
    named: list[str]


def chains(book: TariffBook, usage: Usage) -> Chains:
    """The chains of a usage frame."""
    tariff, tariffs = usage.codes("tariff")
    option, options = usage.codes("options")
    own, owners = _owners(book, usage)
    # One code for the three: -1 becomes 0.
    width_option, width_own = len(options) + 1, len(owners)
    if width_option > 1 or width_own > 1:
        code = ((tariff + 1) * width_option + option + 1) * width_own + own
        unique, row = _unique(code, (len(tariffs) + 1) * width_option * width_own)
    elif len(tariff) and tariff.min() < 0:
        unique, row = np.arange(len(tariffs) + 1), tariff + 1
    else:
        unique, row = np.arange(1, len(tariffs) + 1), tariff
    links: list[list[tuple[int, Term]]] = []
    all_options, named = [], []
    for combined in unique:
        rest, owner = divmod(int(combined), width_own)
        tariff_code, option_code = divmod(rest, width_option)
        contract, line = owners[owner]
        name = tariffs[tariff_code - 1] if tariff_code else None
        booked = options[option_code - 1].split(_SEPARATOR) if option_code else []
        terms, held = _links(book, contract, line, name, [b for b in booked if b])
        links.append(terms)
        all_options.append(tuple(held))
        named.append(name or (terms[0][1].id if terms else "–"))
    depth = max((len(terms) for terms in links), default=0)
    shape = (len(links), depth)
    found = np.full(shape, -1, dtype=np.int64)
    begins = np.full(shape, FIRST, dtype=np.int64)
    ends = np.full(shape, LAST, dtype=np.int64)
    for number, terms in enumerate(links):
        for place, (position, term) in enumerate(terms):
            found[number, place] = position
            begins[number, place], ends[number, place] = term.valid_from, term.valid_to
    return Chains(row, found, begins, ends, all_options, named)


def _unique(code: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Distinct codes and their position per row; without sorting while the range is small."""
    if size > 4 * len(code) + 1024:
        unique, row = np.unique(code, return_inverse=True)
        return unique, row.reshape(-1)
    seen = np.zeros(size, dtype=bool)
    seen[code] = True
    place = np.cumsum(seen) - 1
    return np.flatnonzero(seen), place[code]


def _owners(book: TariffBook, usage: Usage) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """Rows whose contract or line has something of its own: (code per row, the pairs)."""
    own = np.zeros(usage.rows, dtype=np.int64)
    owners: list[tuple[str, str]] = [("", "")]
    if not (book.contracts or book.lines):
        return own, owners
    contract, contracts = usage.codes("contract")
    line, lines = usage.codes("line")
    special_contract = np.array([name in book.contracts for name in contracts] + [False])
    special_line = np.array([name in book.lines for name in lines] + [False])
    rows = np.flatnonzero(special_contract[contract] | special_line[line])
    if rows.size:
        code = (contract[rows] + 1) * (len(lines) + 1) + line[rows] + 1
        unique, place = np.unique(code, return_inverse=True)
        for combined in unique:
            first, second = divmod(int(combined), len(lines) + 1)
            owners.append(
                (contracts[first - 1] if first else "", lines[second - 1] if second else "")
            )
        own[rows] = place.reshape(-1) + 1
    return own, owners


def _links(
    book: TariffBook, contract: str, line: str, tariff: str | None, booked: list[str]
) -> tuple[list[tuple[int, Term]], list[Term]]:
    """(price lists in order, options held) for one combination."""
    parties = [book.lines.get(line), book.contracts.get(contract)]
    present = [party for party in parties if party is not None]
    terms = [term for party in present for term in party.price_lists]
    held = [term for party in present for term in party.options]
    held += [Term(name) for name in booked if name in book.options]
    by_weight = sorted(
        (term for term in held if book.options[term.id].price_list is not None),
        key=lambda term: -book.options[term.id].weight,
    )
    for term in by_weight:
        listed = book.options[term.id].price_list or ""
        terms.append(Term(listed, term.valid_from, term.valid_to))
    base = tariff or next((p.tariff for p in present if p.tariff is not None), None)
    queue = [base or book.default_tariff]
    seen: set[str] = set()
    while queue:
        name = queue.pop(0)
        if name is None or name in seen:
            continue
        seen.add(name)
        terms.append(Term(name))
        if name in book.tariffs:
            queue += [key(other) for other in book.tariffs[name].fallbacks]
        if not queue and base is not None and book.default_tariff is not None:
            queue.append(book.default_tariff)
    return [(book.tariff_place.get(term.id, -1), term) for term in terms], held
