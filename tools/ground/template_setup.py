# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the template gets beyond its modules: a German company with its chart of accounts."""

from __future__ import annotations


def main(env) -> None:
    """Run inside Odoo (see `inside`) on the fresh template."""
    company = env.ref("base.main_company")
    company.write({"country_id": env.ref("base.de").id, "currency_id": env.ref("base.EUR").id})
    env["account.chart.template"].try_loading("de_skr03", company, install_demo=False)
    env["res.users"].search([]).write({"tz": "Europe/Berlin"})
