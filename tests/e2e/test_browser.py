# SPDX-License-Identifier: AGPL-3.0-or-later
"""A browser's view of the billed months: the accountant's, a customer's, and what is refused."""

from __future__ import annotations

import os
import re

import pytest

PASSWORD = "nordlicht-2026"


@pytest.fixture(scope="module")
def chromium():
    """Debian's Chromium, driven by Playwright."""
    path = os.environ.get("TELECOM_CHROMIUM")
    if not path:
        if os.environ.get("TELECOM_REQUIRE_BROWSER"):
            pytest.fail("no Chromium, but TELECOM_REQUIRE_BROWSER asks for it")
        pytest.skip("no Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium):
    """Log in as somebody; a page of a fresh session."""
    url = os.environ["TELECOM_E2E_URL"]
    contexts = []

    def login(name: str):
        context = chromium.new_context(
            base_url=url,
            viewport={"width": 1440, "height": 950},
            locale="de-DE",
            timezone_id="Europe/Berlin",
        )
        context.set_default_timeout(120_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("/web/login")
        page.fill("input[name=login]", name)
        page.fill("input[name=password]", PASSWORD)
        page.click("form.oe_login_form button[type=submit]")
        page.wait_for_selector(".o_main_navbar, .o_portal_wrap, main")
        return page

    yield login
    for context in contexts:
        context.close()


def _invoices(ask, order: str) -> list[tuple[int, str, str]]:
    """(id, number, total with comma) of an order's invoices, oldest first."""
    return ask(
        "SELECT m.id, m.name, replace(to_char(m.amount_total, 'FM999990.00'), '.', ',')"
        " FROM account_move m JOIN contract_contract c ON c.id = m.telecom_contract_id"
        " JOIN telecom_order o ON o.id = c.telecom_order_id"
        " JOIN res_company k ON k.id = m.company_id"
        " WHERE o.name = %s AND k.name = 'Nordlicht Telekom GmbH' AND m.move_type = 'out_invoice'"
        " ORDER BY m.id",
        order,
    )


def test_accountant_opens_the_run_its_totals_and_an_invoice(visit, ask):
    page = visit("buchhaltung")
    page.goto("/odoo/action-telecom_billing.action_telecom_billing_run")
    page.click(".o_data_row:has-text('2026-09') .o_data_cell >> nth=0")
    steps = page.locator(".o_field_widget[name=step_ids] .o_data_row")
    steps.first.wait_for()
    codes = ask("SELECT count(*) FROM telecom_billing_step s JOIN telecom_billing_run r"
                " ON r.id = s.run_id JOIN res_company c ON c.id = r.company_id"
                " WHERE to_char(r.period_start, 'YYYY-MM') = '2026-09'"
                " AND c.name = 'Nordlicht Telekom GmbH'")  # fmt: skip
    assert steps.count() == codes[0][0]
    assert page.locator(".o_field_widget[name=step_ids] .text-bg-success").count() == steps.count()

    page.click(".o_notebook_headers .nav-link >> nth=1")
    totals = page.locator(".o_notebook_content").inner_text()
    (invoiced,) = ask("SELECT to_char(sum(amount_total), 'FM999,990.00') FROM account_move m"
                      " JOIN telecom_billing_run r ON r.id = m.telecom_run_id"
                      " JOIN res_company c ON c.id = r.company_id"
                      " WHERE to_char(r.period_start, 'YYYY-MM') = '2026-09'"
                      " AND c.name = 'Nordlicht Telekom GmbH'")[0]  # fmt: skip
    assert invoiced in totals or invoiced.translate(str.maketrans(",.", ".,")) in totals
    assert "✗" not in totals

    ((identifier, number, _total), *_) = _invoices(ask, "WEB-2001")
    page.goto(f"/odoo/action-account.action_move_out_invoice_type/{identifier}")
    page.wait_for_selector(f".o_form_view:has-text('{number}')")
    lines = page.locator(".o_field_widget[name=invoice_line_ids] .o_data_row")
    lines.first.wait_for()
    (wanted,) = ask("SELECT count(*) FROM account_move_line WHERE move_id = %s"
                    " AND display_type = 'product'", identifier)[0]  # fmt: skip
    assert lines.count() == min(wanted, 40)


def test_customer_downloads_invoice_and_itemised_bill(visit, ask):
    page = visit("jonna")
    page.goto("/my/invoices")
    ((identifier, number, total), *_) = _invoices(ask, "WEB-1001")
    text = page.locator("main, .o_portal_wrap").first.inner_text()
    assert number in text
    page.click(f"a:has-text('{number}')")
    page.wait_for_selector("text=Einzelverbindungsnachweis")
    assert total in page.locator("main, .o_portal_wrap").first.inner_text()
    with page.expect_download() as bill:
        page.click(f"a[href*='/my/invoices/{identifier}/itemised']")
    content = _content(bill.value)
    assert content.startswith(b"%PDF-")
    invoice = page.request.get(f"/my/invoices/{identifier}?report_type=pdf&download=true")
    assert invoice.ok
    assert invoice.body().startswith(b"%PDF-")
    assert b"factur-x.xml" in invoice.body()
    stored = ask(
        "SELECT file_size FROM ir_attachment WHERE res_model = 'account.move'"
        " AND res_id = %s AND res_field = 'telecom_itemised_file'",
        identifier,
    )
    assert stored == [(len(content),)]


def _content(download) -> bytes:
    path = download.path()
    return path.read_bytes()


def test_customer_sees_contract_usage_and_each_call(visit, ask):
    page = visit("jonna")
    page.goto("/my/telecom")
    text = page.locator("main, .o_portal_wrap").first.inner_text()
    assert "+49 40 66969001" in text
    ((contract,),) = ask(
        "SELECT c.id FROM contract_contract c JOIN telecom_order o ON o.id = c.telecom_order_id"
        " JOIN res_company k ON k.id = c.company_id"
        " WHERE o.name = 'WEB-1001' AND k.name = 'Nordlicht Telekom GmbH'"
    )
    page.goto(f"/my/telecom/{contract}/2026-09")
    ((calls,),) = ask(
        "SELECT sum(records) FROM telecom_usage_summary WHERE contract_id = %s"
        " AND period = '2026-09-01'",
        contract,
    )
    assert re.search(rf"\b{calls}\b", page.locator("main, .o_portal_wrap").first.inner_text())


@pytest.mark.parametrize("path", ["{id}", "{id}?report_type=pdf&download=true", "{id}/itemised"])
def test_documents_of_another_customer_are_refused(visit, ask, path):
    page = visit("jonna")
    ((identifier, number, total), *_) = _invoices(ask, "WEB-2001")
    answer = page.request.get("/my/invoices/" + path.format(id=identifier))
    body = answer.body()
    assert not body.startswith(b"%PDF")
    assert number.encode() not in body
    assert total.encode() not in body


def test_contract_and_files_of_another_customer_are_refused(visit, ask):
    page = visit("jonna")
    ((contract,),) = ask(
        "SELECT c.id FROM contract_contract c JOIN telecom_order o ON o.id = c.telecom_order_id"
        " JOIN res_company k ON k.id = c.company_id"
        " WHERE o.name = 'WEB-2001' AND k.name = 'Nordlicht Telekom GmbH'"
    )
    for path in (f"/my/telecom/{contract}", f"/my/telecom/{contract}/2026-09"):
        assert b"66969" not in page.request.get(path).body().replace(b"66969001", b"")
    ((identifier, *_), *_) = _invoices(ask, "WEB-2001")
    attachments = ask(
        "SELECT id FROM ir_attachment WHERE res_model = 'account.move' AND res_id = %s", identifier
    )
    assert attachments
    for (attachment,) in attachments:
        answer = page.request.get(f"/web/content/{attachment}?download=true")
        assert not answer.body().startswith((b"%PDF", b"<?xml"))


def test_nobody_without_a_login(chromium, ask):
    ((identifier, *_), *_) = _invoices(ask, "WEB-1001")
    context = chromium.new_context(base_url=os.environ["TELECOM_E2E_URL"])
    for path in (
        f"/my/invoices/{identifier}?report_type=pdf",
        f"/my/invoices/{identifier}/itemised",
    ):
        answer = context.request.get(f"/my/invoices/{identifier}{path}")
        assert not answer.body().startswith(b"%PDF")
    context.close()
