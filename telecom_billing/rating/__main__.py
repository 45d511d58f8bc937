# SPDX-License-Identifier: AGPL-3.0-or-later
"""Try a price list without a server::

    python -m telecom_billing.rating BOOK.json USAGE.csv -o charges.csv
    python -m telecom_billing.rating BOOK.json USAGE.csv --explain 3
    python -m telecom_billing.rating BOOK.json USAGE.csv --sums contract

Exit status: 0 all charged, 1 some records have a reason instead, 2 book or usage unreadable.
"""

from __future__ import annotations

import argparse
import sys

from .advice import advise
from .engine import rate
from .explain import explain
from .fault_texts import german
from .files import read_book, read_usage, write_charges, write_more, write_sums
from .first_look import notes
from .money import MICRO, decimal_text
from .schema import BookError
from .sums import sums
from .usage import UsageError
from .usage_texts import file_fault, usage_fault

_DONE = {
    "en": "{} records, {} charges, {} with a reason, total {}",
    "de": "{} Sätze, {} Entgelte, {} mit Grund, Summe {}",
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m telecom_billing.rating",
        description="Price usage records by a tariff book (readme/TARIFF_BOOK.md).",
    )
    parser.add_argument("book", help="tariff book, JSON")
    parser.add_argument("usage", help="usage records, CSV or Parquet")
    parser.add_argument("-o", "--output", help="charges, .csv or .parquet (default: CSV on stdout)")
    parser.add_argument(
        "--explain", type=int, metavar="N", help="say why row N (from 0) costs that"
    )
    parser.add_argument(
        "--sums",
        metavar="COLUMNS",
        help="write net, tax and gross by these columns of the usage (contract,line) instead",
    )
    parser.add_argument(
        "--more",
        metavar="FOLDER",
        help="write balances, alerts, top-ups and costs by carrier as CSV files there",
    )
    parser.add_argument(
        "--language", choices=("de", "en"), default="en", help="of all that is said (default: en)"
    )
    options = parser.parse_args(arguments)
    try:
        book, usage = read_book(options.book), read_usage(options.usage)
        for problem in advise(book):
            note = f"Hinweis: {german(problem)}" if options.language == "de" else f"Note: {problem}"
            print(note, file=sys.stderr)
        if options.explain is not None:
            if not 0 <= options.explain < len(usage):
                parser.error(f"--explain {options.explain}: usage has rows 0 to {len(usage) - 1}")
            print(explain(book, usage, options.explain).text(options.language))
            return 0
        for note in notes(book, usage, options.sums or "", options.language):
            print(note, file=sys.stderr)
        rated = rate(book, usage, language=options.language)
    except OSError as error:
        print(file_fault(error, options.language), file=sys.stderr)
        return 2
    except BookError as error:
        told = map(german, error.problems) if options.language == "de" else [error]
        print(*told, sep="\n", file=sys.stderr)
        return 2
    except UsageError as error:
        print(usage_fault(error, options.language), file=sys.stderr)
        return 2
    try:
        if options.more is not None:
            write_more(rated, usage, options.more)
        if options.sums is None:
            write_charges(rated.charges, options.output or sys.stdout)
        else:
            found = sums(rated, usage, [name.strip() for name in options.sums.split(",")])
            write_sums(found, options.output or sys.stdout)
    except (ValueError, OSError) as error:
        print(usage_fault(error, options.language), file=sys.stderr)
        return 2
    refused = int(rated.charges["reason"].notna().sum())
    total = decimal_text(int(rated.total() * MICRO))
    told = _DONE[options.language].format(len(usage), len(rated.charges), refused, total)
    print(told, file=sys.stderr)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
