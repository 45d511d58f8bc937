# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is set aside, by what has to be done about it: one group a cause.

A cause is a reason with what it hangs on: the number that nobody has, the called prefix that a
tariff does not know, the tariff without a version, the contract line that is over. Expressions
are over a charge ``c`` and its fact ``u``.
"""

from __future__ import annotations

from collections.abc import Iterable

from odoo.tools import SQL

from . import charges, facts

#: What a reason hangs on; any other: on the tariff alone.
KINDS = {
    "number": ("unknown-number", "not-assigned"),
    "line": ("line-ended", "line-without-tariff"),
    "prefix": (
        "no-zone", "no-rate", "no-base-price", "refused", "beyond-steps", "cap-per-minute",
        "cap-per-call", "cap-per-message", "cap-increment",
    ),
    "contract": ("limit-reached",),
    "source": ("no-number", "bad-start", "bad-quantity"),
}  # fmt: skip
#: Country codes of two digits, ITU-T E.164.D; those of one are 1 and 7, all others have three.
_TWO_DIGITS = "^(20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])"
#: Greatest number that a browser can hold; ids of groups are hashes up to here.
_LARGEST = (1 << 53) - 1


def _among(kind: str) -> str:
    return "c.reason IN ({})".format(", ".join(f"'{reason}'" for reason in KINDS[kind]))


_PAYER = "CASE WHEN u.direction = 'in' THEN u.b_number ELSE u.a_number END"
_OTHER = "CASE WHEN u.direction = 'in' THEN u.a_number ELSE u.b_number END"
#: German numbers by five digits (49180, 49900), others by country code and one more.
_PREFIX = f"""
    CASE WHEN ({_OTHER}) ~ '^49' THEN left({_OTHER}, 5)
         WHEN ({_OTHER}) ~ '^1' THEN left({_OTHER}, 4)
         WHEN ({_OTHER}) ~ '^7' THEN left({_OTHER}, 2)
         WHEN ({_OTHER}) ~ '{_TWO_DIGITS}' THEN left({_OTHER}, 3)
         ELSE left({_OTHER}, 4) END
"""
KIND = "CASE {} ELSE 'tariff' END".format(
    " ".join(f"WHEN {_among(kind)} THEN '{kind}'" for kind in KINDS)
)
#: Number, account or conference, or prefix; empty where the tariff or contract says it all.
SUBJECT = f"""
    CASE WHEN {_among("number")} OR {_among("line")}
         THEN COALESCE({_PAYER}, u.account, u.conference, '')
         WHEN {_among("prefix")} THEN COALESCE({_PREFIX}, u.destination, '')
         ELSE '' END
"""
TARIFF = f"CASE WHEN {_among('number')} OR {_among('source')} THEN NULL ELSE c.tariff_id END"
LINE = f"CASE WHEN {_among('line')} OR {_among('contract')} THEN c.line_id END"
SOURCE = f"CASE WHEN {_among('source')} THEN u.source_id END"
#: Is a charge set aside and waiting to be solved?
WAITING = "c.reason IS NOT NULL AND c.write_off_id IS NULL"
#: Number of the group.
GROUP = f"""
    (hashtextextended(concat_ws('|', c.company_id, c.reason, c.service, COALESCE({TARIFF}, 0),
                                COALESCE({LINE}, 0), COALESCE({SOURCE}, 0), {SUBJECT}), 0)
     & {_LARGEST})
"""
_JOINED = (
    f"{charges.TABLE} c JOIN {facts.TABLE} u ON u.id = c.usage_id AND u.started_at = c.started_at"
)


def view() -> SQL:
    """The groups as a view: a row each."""
    return SQL(
        f"""
        SELECT id, company_id, reason, kind, subject, service, tariff_id, line_id, source_id,
               (array_agg(version_id ORDER BY started_at DESC))[1] AS version_id,
               min(contract_id) AS contract_id, count(*) AS records,
               sum(quantity) / 1000000 AS quantity, min(unit) AS unit,
               min(started_at) AS first_started_at, max(started_at) AS last_started_at,
               (array_agg(usage_id ORDER BY started_at DESC))[1] AS example_id,
               (array_agg(example ORDER BY started_at DESC))[1] AS example
          FROM (SELECT {GROUP} AS id, c.company_id, c.reason, {KIND} AS kind,
                       {SUBJECT} AS subject, c.service, {TARIFF} AS tariff_id, {LINE} AS line_id,
                       {SOURCE} AS source_id, c.version_id, c.contract_id, c.quantity, u.unit,
                       c.started_at, c.usage_id,
                       concat_ws(' → ', COALESCE(u.a_number, u.a_raw, u.account),
                                 COALESCE(u.b_number, u.b_raw, u.destination)) AS example
                  FROM {_JOINED} WHERE {WAITING} AND c.segment = 0) g
         GROUP BY id, company_id, reason, kind, subject, service, tariff_id, line_id, source_id
        """
    )


def write_off(cr, company: int, groups: Iterable[int], number: int) -> tuple:
    """Put the charges of groups under a write-off; returns (records, quantity in millionths,
    first start, last start)."""
    cr.execute(
        SQL(
            f"""
            WITH gone AS (
                UPDATE {charges.TABLE} c SET write_off_id = %s FROM {facts.TABLE} u
                 WHERE u.id = c.usage_id AND u.started_at = c.started_at
                   AND c.company_id = %s AND {WAITING} AND {GROUP} = ANY(%s)
             RETURNING c.segment, c.quantity, c.started_at)
            SELECT count(*) FILTER (WHERE segment = 0), coalesce(sum(quantity), 0)::bigint,
                   min(started_at), max(started_at) FROM gone
            """,
            number,
            company,
            list(groups),
        )
    )
    return cr.fetchone()


def take_back(cr, number: int) -> list[int]:
    """Open the charges of a write-off again; returns their contracts (0 = none)."""
    cr.execute(
        SQL(
            f"WITH back AS (UPDATE {charges.TABLE} SET write_off_id = NULL WHERE write_off_id = %s"
            " RETURNING contract_id) SELECT DISTINCT COALESCE(contract_id, 0) FROM back",
            number,
        )
    )
    return [contract for (contract,) in cr.fetchall()]
