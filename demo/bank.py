# SPDX-License-Identifier: AGPL-3.0-or-later
"""The house bank of the demo: takes a pain.008 file, answers with a camt.053 statement.

It credits each debit batch as one sum, gives some debits back with a reason and its fee, and
books the transfers of customers who pay themselves. Layout: ISO 20022 camt.053.001.08 as German
banks fill it in (Deutsche Kreditwirtschaft, Anlage 3).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import xml.etree.ElementTree as ET

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
RETURN_FEE = decimal.Decimal("3.50")


@dataclasses.dataclass(frozen=True)
class Debit:
    """One collection of a pain.008 file."""

    batch: str
    due: str
    end_to_end: str
    mandate: str
    amount: decimal.Decimal
    debtor: str
    iban: str
    text: str


@dataclasses.dataclass(frozen=True)
class Transfer:
    """A credit transfer of a customer."""

    date: str
    amount: decimal.Decimal
    payer: str
    iban: str
    text: str


@dataclasses.dataclass(frozen=True)
class Entry:
    """A line of the statement; ``amount`` is signed, credit positive."""

    date: str
    amount: decimal.Decimal
    code: str
    text: str
    party: str = ""
    iban: str = ""
    batch: str = ""
    count: int = 0
    end_to_end: str = ""
    mandate: str = ""
    reason: str = ""
    fee: decimal.Decimal = decimal.Decimal(0)


def read_debits(pain008: bytes) -> list[Debit]:
    """The collections a pain.008 file asks for."""
    root = ET.fromstring(pain008)
    space = {"p": root.tag[1:].partition("}")[0]}

    def text(node: ET.Element, path: str) -> str:
        return (node.findtext("/".join(f"p:{step}" for step in path.split("/")), "", space)).strip()

    debits = []
    for batch in root.iterfind(".//p:PmtInf", space):
        for debit in batch.iterfind("p:DrctDbtTxInf", space):
            debits.append(
                Debit(
                    batch=text(batch, "PmtInfId"),
                    due=text(batch, "ReqdColltnDt"),
                    end_to_end=text(debit, "PmtId/EndToEndId"),
                    mandate=text(debit, "DrctDbtTx/MndtRltdInf/MndtId"),
                    amount=decimal.Decimal(text(debit, "InstdAmt")),
                    debtor=text(debit, "Dbtr/Nm"),
                    iban=text(debit, "DbtrAcct/Id/IBAN"),
                    text=text(debit, "RmtInf/Ustrd"),
                )
            )
    return debits


def book(debits: list[Debit], returns: dict[str, str], transfers: list[Transfer]) -> list[Entry]:
    """The entries that follow from debits and transfers.

    ``returns``: ISO 20022 return reason by mandate; such a debit is given back two days later.
    """
    entries = []
    for batch in sorted({debit.batch for debit in debits}):
        part = [debit for debit in debits if debit.batch == batch]
        total = sum(debit.amount for debit in part)
        entries.append(
            Entry(part[0].due, total, "CCDD", "SEPA-Lastschrift", batch=batch, count=len(part))
        )
    for debit in debits:
        reason = returns.get(debit.mandate)
        if reason:
            day = dt.date.fromisoformat(debit.due) + dt.timedelta(days=2)
            entries.append(
                Entry(
                    date=day.isoformat(),
                    amount=-(debit.amount + RETURN_FEE),
                    code="UPDD",
                    text=f"Rücklastschrift {debit.text}",
                    party=debit.debtor,
                    iban=debit.iban,
                    end_to_end=debit.end_to_end,
                    mandate=debit.mandate,
                    reason=reason,
                    fee=RETURN_FEE,
                )
            )
    entries += [
        Entry(t.date, t.amount, "ESCT", t.text, party=t.payer, iban=t.iban) for t in transfers
    ]
    return sorted(entries, key=lambda entry: entry.date)


def statement(
    number: str, account: str, opening: decimal.Decimal, entries: list[Entry]
) -> tuple[bytes, decimal.Decimal]:
    """A camt.053 file and the closing balance.

    ``number`` names the statement and its message; ``account`` is the IBAN.
    """
    closing = opening + sum(entry.amount for entry in entries)
    first, last = entries[0].date, entries[-1].date
    root = ET.Element("Document", xmlns=NAMESPACE)
    body = ET.SubElement(root, "BkToCstmrStmt")
    made = f"{last}T20:00:00+01:00"
    _add(body, "GrpHdr", {"MsgId": f"MSG-{number}", "CreDtTm": made})
    node = _add(body, "Stmt", {"Id": number, "ElctrncSeqNb": "1", "CreDtTm": made})
    _add(node, "FrToDt", {"FrDtTm": f"{first}T00:00:00+01:00", "ToDtTm": made})
    _add(node, "Acct", {"Id": {"IBAN": account}, "Ccy": "EUR"})
    _balance(node, "OPBD", opening, first)
    _balance(node, "CLBD", closing, last)
    for index, entry in enumerate(entries, 1):
        _entry(node, f"{number}-{index:04d}", entry)
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True), closing


def _add(parent: ET.Element, tag: str, content) -> ET.Element:
    """Append an element: a text, or a dict of children in schema order."""
    node = ET.SubElement(parent, tag)
    if isinstance(content, dict):
        for child, value in content.items():
            if value:
                _add(node, child, value)
    else:
        node.text = content
    return node


def _money(parent: ET.Element, tag: str, amount: decimal.Decimal) -> None:
    node = _add(parent, tag, f"{abs(amount):.2f}")
    node.set("Ccy", "EUR")


def _sign(amount: decimal.Decimal) -> str:
    return "CRDT" if amount >= 0 else "DBIT"


def _balance(parent: ET.Element, code: str, amount: decimal.Decimal, day: str) -> None:
    node = _add(parent, "Bal", {"Tp": {"CdOrPrtry": {"Cd": code}}})
    _money(node, "Amt", amount)
    _add(node, "CdtDbtInd", _sign(amount))
    _add(node, "Dt", {"Dt": day})


def _entry(parent: ET.Element, reference: str, entry: Entry) -> None:
    node = _add(parent, "Ntry", {"NtryRef": reference})
    _money(node, "Amt", entry.amount)
    _add(node, "CdtDbtInd", _sign(entry.amount))
    _add(node, "Sts", {"Cd": "BOOK"})
    _add(node, "BookgDt", {"Dt": entry.date})
    _add(node, "ValDt", {"Dt": entry.date})
    _add(node, "AcctSvcrRef", reference)
    family = "RCDT" if entry.code == "ESCT" else "IDDT"
    _add(node, "BkTxCd", {"Domn": {"Cd": "PMNT", "Fmly": {"Cd": family, "SubFmlyCd": entry.code}}})
    details = _add(node, "NtryDtls", {})
    if entry.batch:
        _add(details, "Btch", {"PmtInfId": entry.batch, "NbOfTxs": str(entry.count)})
    single = _add(details, "TxDtls", {})
    _add(
        single,
        "Refs",
        {
            "AcctSvcrRef": reference,
            "PmtInfId": entry.batch,
            "EndToEndId": "" if entry.batch else entry.end_to_end or "NOTPROVIDED",
            "MndtId": entry.mandate,
        },
    )
    _money(single, "Amt", entry.amount)
    _add(single, "CdtDbtInd", _sign(entry.amount))
    if entry.fee:
        asked = _add(_add(single, "AmtDtls", {}), "InstdAmt", {})
        _money(asked, "Amt", abs(entry.amount) - entry.fee)
        charge = _add(_add(single, "Chrgs", {}), "Rcrd", {})
        _money(charge, "Amt", entry.fee)
        _add(charge, "CdtDbtInd", "DBIT")
    if entry.party:
        _add(
            single,
            "RltdPties",
            {
                "Dbtr": {"Pty": {"Nm": entry.party}},
                "DbtrAcct": {"Id": {"IBAN": entry.iban}},
            },
        )
    _add(single, "RmtInf", {"Ustrd": entry.text[:140]})
    if entry.reason:
        _add(single, "RtrInf", {"Rsn": {"Cd": entry.reason}})
