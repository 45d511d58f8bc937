# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's bank: what it was asked to collect, and what it says it did."""

import xml.etree.ElementTree as ET
from decimal import Decimal

from demo import bank

SPACE = {"c": bank.NAMESPACE}
PAIN = b"""<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"><CstmrDrctDbtInitn><PmtInf>
<PmtInfId>B1</PmtInfId><ReqdColltnDt>2026-10-15</ReqdColltnDt>
<DrctDbtTxInf><PmtId><EndToEndId>E1</EndToEndId></PmtId><InstdAmt Ccy="EUR">10.00</InstdAmt>
<DrctDbtTx><MndtRltdInf><MndtId>M1</MndtId></MndtRltdInf></DrctDbtTx><Dbtr><Nm>One</Nm></Dbtr>
<DbtrAcct><Id><IBAN>DE24999999980000001001</IBAN></Id></DbtrAcct>
<RmtInf><Ustrd>INV 1</Ustrd></RmtInf></DrctDbtTxInf>
<DrctDbtTxInf><PmtId><EndToEndId>E2</EndToEndId></PmtId><InstdAmt Ccy="EUR">20.50</InstdAmt>
<DrctDbtTx><MndtRltdInf><MndtId>M2</MndtId></MndtRltdInf></DrctDbtTx><Dbtr><Nm>Two</Nm></Dbtr>
<DbtrAcct><Id><IBAN>DE24999999980000001001</IBAN></Id></DbtrAcct></DrctDbtTxInf>
</PmtInf></CstmrDrctDbtInitn></Document>"""


def test_reads_what_to_collect():
    debits = bank.read_debits(PAIN)
    assert [(d.batch, d.due, d.end_to_end, d.mandate, d.amount) for d in debits] == [
        ("B1", "2026-10-15", "E1", "M1", Decimal("10.00")),
        ("B1", "2026-10-15", "E2", "M2", Decimal("20.50")),
    ]


def test_books_the_sum_the_return_with_its_fee_and_transfers():
    transfer = bank.Transfer("2026-10-09", Decimal("5.00"), "Three", "", "thanks")
    entries = bank.book(bank.read_debits(PAIN), {"M2": "AC04"}, [transfer])
    # 20.50 back and 3.50 for the bank's trouble
    assert [(e.date, e.amount, e.reason) for e in entries] == [
        ("2026-10-09", Decimal("5.00"), ""),
        ("2026-10-15", Decimal("30.50"), ""),
        ("2026-10-17", Decimal("-24.00"), "AC04"),
    ]


def test_statement_adds_up_and_names_what_is_needed_to_match():
    entries = bank.book(bank.read_debits(PAIN), {"M2": "MS03"}, [])
    xml, closing = bank.statement("2026-10", "DE24999999980000001001", Decimal("100.00"), entries)
    root = ET.fromstring(xml)
    assert closing == Decimal("106.50")  # 100.00 + 30.50 - 24.00
    balances = [node.text for node in root.iterfind(".//c:Bal/c:Amt", SPACE)]
    assert balances == ["100.00", "106.50"]
    batch, back = root.iterfind(".//c:Ntry", SPACE)
    assert batch.findtext(".//c:Btch/c:NbOfTxs", None, SPACE) == "2"
    assert back.findtext(".//c:EndToEndId", None, SPACE) == "E2"
    assert back.findtext(".//c:RtrInf/c:Rsn/c:Cd", None, SPACE) == "MS03"
    assert back.findtext(".//c:InstdAmt/c:Amt", None, SPACE) == "20.50"
    assert back.findtext(".//c:Chrgs/c:Rcrd/c:Amt", None, SPACE) == "3.50"
