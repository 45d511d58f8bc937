# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a bank says in the entries of a camt.05x statement (ISO 20022), read exactly.

The statement import of the OCA makes statements of it; this module supplies what that leaves out
or gets wrong: an identity for each transaction, the counterparty of returned debits, reasons and
charges of returns, batches that are booked as one sum, entries that are not booked yet.
"""

from __future__ import annotations

import collections
import dataclasses
import decimal
import hashlib
import typing

#: What banks write where they have nothing to say.
NOTHING = {"", "NOTPROVIDED", "NONREF", "NOREF"}


@dataclasses.dataclass
class Transaction:
    """One transaction of an entry. ``amount`` is signed: positive is money in.

    batch: PmtInfId of the order an entry sums up; original: amount of the payment that was
    returned, ``charges``: what the bank keeps for it, both positive; reason: code of the return.
    """

    amount: decimal.Decimal
    date: str = ""
    end_to_end: str = ""
    batch: str = ""
    mandate: str = ""
    reason: str = ""
    original: decimal.Decimal | None = None
    charges: decimal.Decimal = decimal.Decimal(0)
    name: str = ""
    iban: str = ""
    text: str = ""
    bank_reference: str = ""

    @property
    def is_return(self) -> bool:
        """A debit that came back: the reason says so, by whatever name the bank books it."""
        return bool(self.reason) and self.amount < 0


def transactions(entry) -> list[Transaction]:
    """The booked transactions of an ``Ntry`` element (lxml), in order.

    Details are followed only where their amounts add up to the entry's; otherwise the entry is
    one transaction, so that nothing is counted twice.
    """
    if _text(entry, "Sts/Cd", "Sts") not in ("", "BOOK"):
        return []
    sign = -1 if _text(entry, "CdtDbtInd") == "DBIT" else 1
    total = sign * decimal.Decimal(_text(entry, "Amt") or "0")
    date = _text(entry, "BookgDt/Dt", "BookgDt/DtTm")[:10]
    details = list(_all(entry, "NtryDtls/TxDtls"))
    if len(details) == 1:
        found = [_facts(entry, details[0], total, date)]
    else:
        found = [_facts(entry, node, _amount(node, sign), date) for node in details]
        if sum(one.amount for one in found) != total:
            found = [_facts(entry, entry, total, date)]
    batch = _text(entry, "NtryDtls/Btch/PmtInfId")
    for one in found:
        one.batch = one.batch or batch
    return found


def identities(statement_id: str, found: list[Transaction]) -> typing.Iterator[str]:
    """A stable identity for each transaction of a statement, in order.

    The bank's own reference identifies a booking in every statement that shows it, whether of an
    hour or of a month. Without one the facts do, together with the statement's id, and the order
    of equal ones: two customers may pay the same sum on the same day without a word.
    """
    seen: collections.Counter = collections.Counter()
    for one in found:
        facts = [one.bank_reference or statement_id, one.date, str(one.amount), one.end_to_end]
        if not one.bank_reference:
            facts += [one.batch, one.name, one.iban, one.text]
        key = "\x1f".join(facts)
        seen[key] += 1
        yield hashlib.sha256(f"{key}\x1f{seen[key]}".encode()).hexdigest()[:32]


# --- reading -------------------------------------------------------------------------------------


def _amount(node, sign: int) -> decimal.Decimal:
    """The signed amount of a ``TxDtls`` of a batch, 0 where it tells none."""
    amount = _text(node, "Amt", "AmtDtls/TxAmt/Amt")
    own_sign = {"DBIT": -1, "CRDT": 1}.get(_text(node, "CdtDbtInd"), sign)
    return own_sign * decimal.Decimal(amount or "0")


def _facts(entry, node, amount: decimal.Decimal, date: str) -> Transaction:
    reason = _text(node, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
    money_in = _text(entry, "CdtDbtInd") != "DBIT"
    # Who is on the other side: the debtor of what comes in, and of a debit that goes back
    party = "Dbtr" if money_in or reason else "Cdtr"
    charges = sum(
        (decimal.Decimal(value) for value in _texts(node, "Chrgs/Rcrd/Amt")), decimal.Decimal(0)
    )
    original = _text(node, "AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt")
    return Transaction(
        amount=amount,
        date=date,
        end_to_end=_said(_text(node, "Refs/EndToEndId")),
        batch=_said(_text(node, "Refs/PmtInfId")),
        mandate=_said(_text(node, "Refs/MndtId")),
        reason=reason,
        original=decimal.Decimal(original) if original else None,
        charges=charges,
        name=_text(node, f"RltdPties/{party}/Pty/Nm", f"RltdPties/{party}/Nm"),
        iban=_text(node, f"RltdPties/{party}Acct/Id/IBAN"),
        text=" ".join(_texts(node, "RmtInf/Ustrd") + _texts(node, "RmtInf/Strd/CdtrRefInf/Ref")),
        bank_reference=_said(_text(node, "Refs/AcctSvcrRef")) or _entry_reference(entry),
    )


def _entry_reference(entry) -> str:
    return _said(_text(entry, "AcctSvcrRef"))


def _said(value: str) -> str:
    return "" if value.upper() in NOTHING else value


def _all(node, path: str):
    """The elements at ``path`` below ``node``, in whatever version's namespace."""
    return node.iterfind("/".join(f"{{*}}{part}" for part in path.split("/")))


def _texts(node, path: str) -> list[str]:
    return [(found.text or "").strip() for found in _all(node, path)]


def _text(node, *paths: str) -> str:
    """The first text found at one of ``paths``, or an empty one."""
    for path in paths:
        for value in _texts(node, path):
            if value:
                return value
    return ""
