# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run inside Odoo's shell on the fresh template: a German company with its chart of accounts."""

env = globals()["env"]  # given by Odoo's shell

company = env.ref("base.main_company")
company.write({"country_id": env.ref("base.de").id, "currency_id": env.ref("base.EUR").id})
env["account.chart.template"].try_loading("de_skr03", company, install_demo=False)
env["res.users"].search([]).write({"tz": "Europe/Berlin"})
env.cr.commit()
