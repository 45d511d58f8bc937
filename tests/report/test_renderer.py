# SPDX-License-Identifier: AGPL-3.0-or-later
import dataclasses
import threading

import pytest

from telecom_billing.report import invoice, letter
from telecom_billing.report import renderer as rendering
from telecom_billing.report.sheet import DEFAULT_COLOR
from tests.report import reading, sample


def simple(**company):
    sender = dataclasses.replace(sample.COMPANY, **company)
    return letter.Letter(dataclasses.replace(sample.sheet("Hallo"), company=sender), ["Text"])


def test_the_same_data_gives_the_same_file(renderer):
    again = rendering.Renderer()
    document = sample.make_invoice(9)
    assert invoice.render(renderer, document) == invoice.render(again, document)


def test_only_our_fonts_are_used(renderer):
    pdf = invoice.render(renderer, sample.make_invoice(3))
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in reading.reader(pdf).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all(name.startswith("SourceSansPro") for name in fonts), fonts


def test_what_is_no_picture_is_no_logo(renderer):
    pdf = letter.render(renderer, simple(logo=b"<html>no picture</html>"))
    assert sample.COMPANY.name in reading.pages(pdf)[0]


def test_a_picture_replaces_the_name(renderer):
    with_logo = letter.render(renderer, simple(footer=[], sender=""))
    without = letter.render(renderer, simple(footer=[], sender="", logo=None))
    assert sample.COMPANY.name not in reading.pages(with_logo)[0]
    assert sample.COMPANY.name in reading.pages(without)[0]


@pytest.mark.parametrize("color", ["", "red", "#12345", "#12345z"])
def test_a_colour_that_is_none_gives_the_default(color):
    assert simple(color=color).sheet.data()["company"]["color"] == DEFAULT_COLOR


def test_text_is_text_not_markup(renderer):
    words = "#panic() *a* $x$ <b> [c] @d _e_ \\ // f"
    pdf = letter.render(renderer, dataclasses.replace(simple(), before=[words]))
    assert words in reading.text(pdf)


def test_a_faulty_template_is_named(renderer):
    with pytest.raises(rendering.RenderError, match=r"invoice\.typ"):
        renderer.render("invoice", sample.sheet("x"), {})


def test_after_an_error_the_next_document_works(renderer):
    with pytest.raises(rendering.RenderError):
        renderer.render("letter", sample.sheet("x"), {"before": 5})
    assert "Text" in reading.text(letter.render(renderer, simple()))


def test_threads_share_one_compiler(renderer):
    results = {}

    def work(number):
        document = dataclasses.replace(simple(), before=[f"Brief Nummer {number}"])
        results[number] = letter.render(renderer, document)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n for n, pdf in results.items() if f"Brief Nummer {n}" in reading.text(pdf)} == {
        0,
        1,
        2,
        3,
    }


def test_a_tidied_up_folder_is_noticed():
    own = rendering.Renderer()
    assert own.usable()
    (own._root / "invoice.typ").unlink()
    assert not own.usable()


def test_the_shared_renderer_is_kept():
    assert rendering.shared() is rendering.shared()
