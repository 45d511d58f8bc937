# SPDX-License-Identifier: AGPL-3.0-or-later
"""A bank for tests: writes account statements as camt.053.001.08."""

from __future__ import annotations

from xml.sax.saxutils import escape

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def statement(iban, entries, number="1", namespace=NAMESPACE, opening="0.00", closing=None):
    """The bytes of a statement with these ``entries`` (see :func:`entry`)."""
    closing = closing or opening
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{namespace}"><BkToCstmrStmt>
<GrpHdr><MsgId>M{number}</MsgId><CreDtTm>2026-10-20T06:00:00</CreDtTm></GrpHdr>
<Stmt><Id>{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
{balance("OPBD", opening)}{balance("CLBD", closing)}{"".join(entries)}
</Stmt></BkToCstmrStmt></Document>""".encode()


def balance(code, amount):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        "<Dt><Dt>2026-10-20</Dt></Dt></Bal>"
    )


def entry(amount, details="", date="2026-10-20", reference="", status="BOOK", batch=""):
    """An entry over a signed amount (text); ``details``: what :func:`details` returns."""
    indicator = "DBIT" if amount.startswith("-") else "CRDT"
    batch = f"<Btch><PmtInfId>{batch}</PmtInfId></Btch>" if batch else ""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount.lstrip("-")}</Amt><CdtDbtInd>{indicator}</CdtDbtInd>'
        f"<Sts><Cd>{status}</Cd></Sts><BookgDt><Dt>{date}</Dt></BookgDt>"
        f"<ValDt><Dt>{date}</Dt></ValDt>"
        + (f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else "")
        + "<BkTxCd><Domn><Cd>PMNT</Cd></Domn></BkTxCd>"
        + (f"<NtryDtls>{batch}{details}</NtryDtls>" if details or batch else "")
        + "</Ntry>"
    )


def details(
    amount="", end_to_end="", text="", debtor="", iban="", reason="", original="", charges=""
):
    """The details of one transaction; ``amount`` unsigned, for batches."""
    party = ""
    if debtor or iban:
        party = (
            f"<RltdPties><Dbtr><Pty><Nm>{escape(debtor)}</Nm></Pty></Dbtr>"
            f"<DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct>"
            "<Cdtr><Pty><Nm>Our Company</Nm></Pty></Cdtr>"
            "<CdtrAcct><Id><IBAN>DE75512108001245126199</IBAN></Id></CdtrAcct></RltdPties>"
        )
    return (
        "<TxDtls>"
        f"<Refs><EndToEndId>{end_to_end or 'NOTPROVIDED'}</EndToEndId></Refs>"
        + (f'<Amt Ccy="EUR">{amount}</Amt>' if amount else "")
        + (
            f'<AmtDtls><InstdAmt><Amt Ccy="EUR">{original}</Amt></InstdAmt></AmtDtls>'
            if original
            else ""
        )
        + (f'<Chrgs><Rcrd><Amt Ccy="EUR">{charges}</Amt></Rcrd></Chrgs>' if charges else "")
        + party
        + (f"<RmtInf><Ustrd>{escape(text)}</Ustrd></RmtInf>" if text else "")
        + (f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>" if reason else "")
        + "</TxDtls>"
    )
