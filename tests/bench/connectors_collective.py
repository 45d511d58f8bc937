# SPDX-License-Identifier: AGPL-3.0-or-later
"""A collective PDF taken apart in Odoo, beside the shell's split of the same file.

Memory is what the system counts as the highest of this process (VmHWM), set back before each
measurement; the file is written page by page, so making it leaves nothing behind. Each page holds
20 KB of its own that do not compress, as a scanned logo or a form would.
"""

from __future__ import annotations

import random
import time
import typing
from pathlib import Path

from connectors import documents

GOAL_TIME = 3.0
#: Of five times the pages, beside a fifth of them; a list of all pages cannot be avoided.
GOAL_MEMORY = 1.5
PAGES, PER_INVOICE, CUSTOMERS, OWN = 10_000, 2, 500, 20_000


def write(path: Path, pages: int) -> None:
    """Invoices of two pages, customers in turn."""
    pick = random.Random(1)
    with path.open("wb") as file:
        places = [0]

        def put(body: bytes) -> None:
            places.append(file.tell())
            file.write(b"%d 0 obj\n%b\nendobj\n" % (len(places) - 1, body))

        file.write(b"%PDF-1.4\n")
        put(b"<< /Type /Catalog /Pages 2 0 R >>")
        kids = b" ".join(b"%d 0 R" % (6 + at * 3) for at in range(pages))
        put(b"<< /Type /Pages /Count %d /Kids [%b] >>" % (pages, kids))
        put(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
        for at in range(pages):
            number, place = divmod(at, PER_INVOICE)
            lines = (
                b"Kundennummer: BENCH-%d" % (number % CUSTOMERS),
                b"Rechnungsnummer: R-%d-%d" % (pages, number),
                b"Seite %d von %d" % (place + 1, PER_INVOICE),
            )
            text = b"BT /F1 11 Tf 50 780 Td 14 TL %b ET" % b" ".join(
                b"(%b) Tj T*" % line for line in lines
            )
            put(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(text), text))
            put(b"<< /Length %d >>\nstream\n%b\nendstream" % (OWN, pick.randbytes(OWN)))
            put(
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
                b" /Resources << /Font << /F1 3 0 R >> /XObject << /X %d 0 R >> >> >>"
                % (4 + at * 3, 5 + at * 3)
            )
        start = file.tell()
        table = b"".join(b"%010d 00000 n \n" % place for place in places[1:])
        file.write(b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(places), table))
        file.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % len(places))
        file.write(b"startxref\n%d\n%%%%EOF\n" % start)


def highest() -> int:
    """The highest memory of this process since it was set back, in MiB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    return 0


def measured(call: typing.Callable[[], object]) -> tuple[float, int, object]:
    """(CPU seconds, highest memory in MiB, what it gives back) of a call."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    start = time.process_time()
    found = call()
    return time.process_time() - start, highest(), found


def measure(env, folder: Path) -> typing.Iterator[dict]:
    """Through Odoo with a fifth of the pages, with all, and the shell's split of all."""
    layout = env["telecom.collective.layout"].create(
        {
            "name": "Bench",
            "invoice_pattern": r"Rechnungsnummer:\s*(\S+)",
            "customer_pattern": r"Kundennummer:\s*(\S+)",
            "page_pattern": r"Seite (\d+) von (\d+)",
        }
    )
    env["res.partner"].create(
        [{"name": f"Bench {at}", "ref": f"BENCH-{at}"} for at in range(CUSTOMERS)]
    )

    def through_odoo(pages: int):
        path = folder / f"{pages}.pdf"
        write(path, pages)
        collective = env["telecom.collective"]._receive(path.name, path.read_bytes(), layout)
        env.flush_all()
        env.invalidate_all()
        return measured(collective._split) + (collective,)

    _cpu, memory_few, _none, few = through_odoo(PAGES // 5)
    assert few.pages_attached == PAGES // 5, few.message
    cpu, memory, _none, collective = through_odoo(PAGES)
    assert (collective.pages_attached, collective.invoices) == (PAGES, PAGES // PER_INVOICE)
    shell = folder / "shell"
    shell.mkdir()
    alone, memory_alone, split = measured(
        lambda: documents.split(folder / f"{PAGES}.pdf", layout._layouts(), shell)
    )
    assert split.pages == PAGES
    yield {
        "name": f"connectors: collective PDF of {PAGES} pages in Odoo, beside the shell's split",
        "value": round(cpu, 1),
        "unit": "CPU s",
        "reference": round(alone, 1),
        "ratio": round(cpu / alone, 2),
        "goal": f"<= {GOAL_TIME}",
        "holds": cpu <= GOAL_TIME * alone,
    }
    yield {
        "name": f"connectors: peak memory of it, {PAGES} pages beside {PAGES // 5}",
        "value": memory,
        "unit": "MiB",
        "reference": memory_few,
        "ratio": round(memory / memory_few, 2),
        "goal": f"<= {GOAL_MEMORY}",
        "holds": memory <= GOAL_MEMORY * memory_few,
    }
    yield {
        "name": "connectors: peak memory of the shell's split of it",
        "value": memory_alone,
        "unit": "MiB",
        "reference": memory,
        "ratio": round(memory_alone / memory, 2),
        "goal": "",
        "holds": True,
    }
