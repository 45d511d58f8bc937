# SPDX-License-Identifier: AGPL-3.0-or-later
import json
import random
from pathlib import Path

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import documents
from connectors.cli import main
from connectors.documents import DocumentError, Layout, assign, bundle, split
from connectors.pdf_stream import Document, Writer
from connectors.reasons import SettingsError
from tests.connectors.pdf_maker import invoice, pdf

LAYOUT = Layout(
    "carrier", r"Rechnungsnummer:\s*(\S+)", r"Kundennummer:\s*(\S+)", r"Seite (\d+) von (\d+)"
)
LOOSE = Layout("loose", r"Invoice (\d+)", r"Customer (\d+)")


def texts(path):
    return [page.extract_text().strip().split("\n") for page in pypdf.PdfReader(path).pages]


def lines(pages):
    return ["\n".join(page) for page in pages]


@pytest.fixture
def write(tmp_path):
    def write(name, pages, **options):
        path = tmp_path / name
        path.write_bytes(pdf(pages, **options))
        return path

    return write


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("first_only", [False, True])
def test_a_collective_file_becomes_single_invoices(write, target, first_only):
    pages = [*invoice("10", "R-1", 3, first_only), *invoice("9", "R-2", 1, first_only),
             *invoice("10", "R-3", 2, first_only)]  # fmt: skip
    found = split(write("all.pdf", pages), [LAYOUT], target)
    assert found.pages == 6 and not found.unfitted and found.unfitted_path is None
    assert {part.path.name: part.pages for part in found.parts} == {
        "10_R-1.pdf": [1, 2, 3],
        "9_R-2.pdf": [4],
        "10_R-3.pdf": [5, 6],
    }
    assert all(part.complete for part in found.parts)
    assert texts(target / "10_R-1.pdf") == pages[:3]
    assert texts(target / "9_R-2.pdf") == pages[3:4]
    json.dumps(found.as_dict())


def test_pages_that_fit_nowhere_are_kept_with_their_reason(write, target):
    pages = [
        ["Deckblatt"],
        *invoice("10", "R-1", 2, True),
        ["Werbung"],
        ["Seite 9 von 9"],
        *invoice("11", "R-2", 1),
        [],
        *invoice("12", "R-3", 1),
        ["Kundennummer: 13", "Rechnungsnummer: R-3"],
        ["Rechnungsnummer: R-4"],
    ]
    found = split(write("all.pdf", pages), [LAYOUT], target)
    assert [(page.page, page.reason) for page in found.unfitted] == [
        (1, "no_number"), (4, "no_number"), (5, "out_of_order"), (7, "no_text"),
        (8, "conflict"), (9, "conflict"), (10, "no_customer"),
    ]  # fmt: skip
    assert [part.invoice for part in found.parts] == ["R-1", "R-2"]
    kept = texts(target / "unfitted.pdf")
    assert len(kept) == 7 and kept[1] == ["Werbung"]
    assert found.as_dict()["unfitted"][0]["why"]


@pytest.mark.parametrize("first_only", [False, True])
def test_a_second_copy_of_an_invoice_is_set_aside(first_only):
    pages = invoice("K-1", "R-1", 2, first_only) + invoice("K-2", "R-2", 1)
    pages += invoice("K-1", "R-1", 2, first_only) + invoice("K-3", "R-3", 40, first_only)
    found = assign(lines(pages), [LAYOUT])
    assert [(part.invoice, len(part.pages), part.complete) for part in found.parts] == [
        ("R-1", 2, True),
        ("R-2", 1, True),
        ("R-3", 40, True),
    ]
    assert [(page.page, page.reason) for page in found.unfitted] == [
        (4, "repeated"),
        (5, "repeated"),
    ]


def test_one_number_of_two_customers_is_nobodys():
    pages = invoice("K-1", "R-1", 1) + invoice("K-2", "R-1", 1)
    found = assign(lines(pages), [LAYOUT])
    assert found.parts == []
    assert {page.reason for page in found.unfitted} == {"conflict"}


def test_an_invoice_that_lacks_pages_is_said(write, target):
    pages = invoice("10", "R-1", 3)[:2]
    (part,) = split(write("all.pdf", pages), [LAYOUT], target).parts
    assert part.expected == 3 and not part.complete


def test_layouts_of_several_issuers_in_one_file(write, target):
    pages = [["Invoice 5", "Customer 7"], ["more of it"], *invoice("10", "5", 1)]
    found = split(write("all.pdf", pages), [LAYOUT, LOOSE], target, name="{layout}-{invoice}.pdf")
    assert {part.path.name: part.pages for part in found.parts} == {
        "loose-5.pdf": [1, 2],
        "carrier-5.pdf": [3],
    }


def test_file_names_stay_in_the_folder_and_apart(write, target):
    pages = [*invoice("../../x", "R/1", 1), *invoice("..-..-x", "R-1", 1)]
    found = split(write("all.pdf", pages), [LAYOUT], target)
    paths = [part.path for part in found.parts]
    assert len(set(paths)) == 2 and all(path.parent == target for path in paths)
    assert sorted(target.iterdir()) == sorted(paths)


PAGES = st.lists(
    st.builds(
        lambda customer, number, page: [
            *([f"Kundennummer: {customer}"] if customer else []),
            *([f"Rechnungsnummer: {number}"] if number else []),
            *([f"Seite {page} von 3"] if page else []),
        ],
        st.sampled_from(["", "1", "2"]),
        st.sampled_from(["", "R1", "R2", "R3"]),
        st.integers(0, 3),
    ),
    max_size=30,
)


@given(PAGES, st.booleans())
def test_no_page_is_lost_or_there_twice(pages, loose):
    layout = Layout("x", LAYOUT.invoice, LAYOUT.customer, "" if loose else LAYOUT.page)
    found = assign(lines(pages), [layout])
    given = [page for part in found.parts for page in part.pages]
    given += [page.page for page in found.unfitted]
    assert sorted(given) == list(range(1, len(pages) + 1)) and found.pages == len(pages)
    for part in found.parts:
        names = {layout.find("customer", "\n".join(pages[page - 1])) for page in part.pages}
        assert names - {""} == {part.customer}


def test_wrong_layouts_are_named():
    with pytest.raises(SettingsError, match="group"):
        Layout("x", "Rechnung", "(K)")
    with pytest.raises(SettingsError, match="no expression"):
        Layout("x", "(", "(K)")
    with pytest.raises(SettingsError, match="colour"):
        Layout.of({"invoice": "(a)", "customer": "(b)", "colour": "red"})
    with pytest.raises(SettingsError, match="customer"):
        Layout.of({"invoice": "(a)"})


def test_unreadable_files_are_named(tmp_path, target):
    for data in (b"", b"no pdf", pdf([["x"]])[:300], b"%PDF-1.7\n%%EOF"):
        path = tmp_path / "broken.pdf"
        path.write_bytes(data)
        with pytest.raises(DocumentError, match=r"broken\.pdf"):
            split(path, [LAYOUT], target)
    locked = pypdf.PdfWriter(clone_from=_saved(tmp_path, pdf([["x"]])))
    locked.encrypt("geheim")
    locked.write(path)
    with pytest.raises(DocumentError, match="encrypted"):
        split(path, [LAYOUT], target)
    with pytest.raises(DocumentError, match="does not exist"):
        split(tmp_path / "none.pdf", [LAYOUT], target)
    assert list(target.iterdir()) == []


def _saved(tmp_path, data):
    path = tmp_path / "saved.pdf"
    path.write_bytes(data)
    return path


def test_damaged_files_never_crash(tmp_path, target):
    pick = random.Random(4)
    whole = pdf(invoice("10", "R-1", 3), shared=b"x" * 50)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(pick.randrange(1, 12)):
            data[pick.randrange(len(data))] = pick.randrange(256)
        path = _saved(tmp_path, bytes(data))
        try:
            found = split(path, [LAYOUT], target)
        except DocumentError as error:
            assert str(error)
        else:
            given = [page for part in found.parts for page in part.pages]
            given += [page.page for page in found.unfitted]
            assert sorted(given) == list(range(1, found.pages + 1))


# --- print bundles ----------------------------------------------------------------------------


def test_bundles_are_sorted_by_customer_number(write, tmp_path):
    files = [
        ("10", write("a.pdf", [["Rechnung 10"], ["Seite 2"]])),
        ("9", write("b.pdf", [["Rechnung 9"]])),
        ("10", write("c.pdf", [["EVN 10"]])),
    ]
    found = bundle(files, tmp_path / "print.pdf")
    assert texts(found.path) == [["Rechnung 9"], ["Rechnung 10"], ["Seite 2"], ["EVN 10"]]
    assert [(path.name, first, pages) for path, first, pages in found.documents] == [
        ("b.pdf", 1, 1), ("a.pdf", 2, 2), ("c.pdf", 4, 1),
    ]  # fmt: skip
    assert found.pages == 4 and not found.failed


def test_every_customer_begins_on_a_front_side(write, tmp_path):
    files = [("1", write("a.pdf", [["A"]])), ("1", write("b.pdf", [["B"], ["B2"]])),
             ("2", write("c.pdf", [["C"]]))]  # fmt: skip
    found = bundle(files, tmp_path / "print.pdf", duplex=True)
    assert texts(found.path) == [["A"], ["B"], ["B2"], [""], ["C"]]


def test_what_is_the_same_in_all_documents_is_there_once(write, tmp_path):
    picture = bytes(range(1, 251)) * 400  # 100 kB
    files = [(str(at), write(f"{at}.pdf", [[f"Rechnung {at}"]], shared=picture))
             for at in range(20)]  # fmt: skip
    found = bundle(files, tmp_path / "print.pdf")
    assert found.path.stat().st_size < 2 * len(picture)
    assert len(texts(found.path)) == 20


def test_what_cannot_be_read_is_left_out_and_named(write, tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 nonsense")
    found = bundle([("1", write("a.pdf", [["A"]])), ("2", broken)], tmp_path / "print.pdf")
    assert texts(found.path) == [["A"]]
    assert [(path.name, "broken.pdf" in why) for path, why in found.failed] == [
        ("broken.pdf", True)
    ]


def test_links_do_not_drag_other_pages_along(write, tmp_path):
    """Each page of the test's files links to the first one; a part must not hold its text."""
    source = write("all.pdf", [["geheim"], ["mein"]])
    target = tmp_path / "one.pdf"
    with Document(source) as document, target.open("wb") as stream, Writer(stream) as writer:
        writer.add(document.page(1))
    assert texts(tmp_path / "one.pdf") == [["mein"]]
    assert b"geheim" not in (tmp_path / "one.pdf").read_bytes()


def test_a_thousand_pages_are_not_held(write, target):
    source = write("all.pdf", [page for at in range(350) for page in invoice(at, f"R{at}", 3)])
    with Document(source) as document:
        before = len(document._reader.resolved_objects)
        # read from the disk where it is wanted, not as a whole
        assert document._reader.stream.raw.name == str(source)
        for number in range(document.count):
            document.text(number)
            if number % 50 == 0:
                document.forget()
        document.forget()
        assert document.count == 1050
        assert len(document._reader.resolved_objects) == before


# --- from the shell ---------------------------------------------------------------------------


def test_split_from_the_shell(write, target, tmp_path, capsys):
    source = write("all.pdf", [["Deckblatt"], *invoice("10", "R-1", 2)])
    report = tmp_path / "report.json"
    code = main(["split", str(source), "--into", str(target), "--invoice", LAYOUT.invoice,
                 "--customer", LAYOUT.customer, "--page", LAYOUT.page,
                 "--report", str(report)])  # fmt: skip
    assert code == 1  # a page fitted nowhere
    assert "3 pages = 2 in 1 invoices + 1 that fitted none" in capsys.readouterr().out
    assert json.loads(report.read_text())["unfitted"][0]["page"] == 1
    layouts = tmp_path / "layouts.json"
    layouts.write_text(json.dumps([{"name": "c", "invoice": LAYOUT.invoice,
                                    "customer": LAYOUT.customer}]))  # fmt: skip
    assert main(["split", str(source), "--into", str(target), "--layouts", str(layouts)]) == 1


def test_bundle_from_the_shell(write, tmp_path, capsys):
    write("10_R-1.pdf", [["A"]]), write("9_R-2.pdf", [["B"]])
    files = [str(path) for path in sorted(tmp_path.glob("*_R-*.pdf"))]
    assert main(["bundle", *files, "-o", str(tmp_path / "out.pdf")]) == 0
    assert texts(tmp_path / "out.pdf") == [["B"], ["A"]]
    assert "2 pages of 2 documents" in capsys.readouterr().out


def test_names_sort_by_their_numbers():
    assert documents.natural("K9") < documents.natural("K10")
    assert isinstance(Path(documents.UNFITTED).name, str)
