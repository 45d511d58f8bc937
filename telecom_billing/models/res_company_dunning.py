# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reminders a new company starts with; an accountant changes their words and days."""

from odoo import Command, models

#: Levels: days (after the due date, then after the last letter), and the words by language. The
#: third is the written warning that § 61 TKG asks for two weeks before a suspension.
LEVELS = (
    {
        "computation_mode": "net_days",
        "delay_days": 5,
        "name": {"en": "Payment reminder", "de": "Zahlungserinnerung"},
        "custom_text": {
            "en": "You may have overlooked it: the following invoices are due, and we have not "
            "received their payment yet.",
            "de": "sicher haben Sie es nur übersehen: Die folgenden Rechnungen sind fällig, und "
            "wir haben noch keine Zahlung erhalten.",
        },
    },
    {
        "computation_mode": "previous_date",
        "delay_days": 14,
        "name": {"en": "First dunning notice", "de": "1. Mahnung"},
        "custom_text": {
            "en": "In spite of our reminder the following invoices are still unpaid. Please pay "
            "them now, or tell us what stands against it.",
            "de": "trotz unserer Zahlungserinnerung sind die folgenden Rechnungen noch nicht "
            "bezahlt. Bitte begleichen Sie sie jetzt, oder teilen Sie uns mit, was dem "
            "entgegensteht.",
        },
    },
    {
        "computation_mode": "previous_date",
        "delay_days": 14,
        "name": {"en": "Second dunning notice", "de": "2. Mahnung"},
        "custom_text": {
            "en": "You are in default with the following invoices. This is our last notice before "
            "we hand the claim over to a collector.\n\n"
            "Where undisputed claims of at least 100 EUR are in default we may, two weeks after "
            "this notice at the earliest, suspend the service concerned (§ 61 TKG). You may seek "
            "the protection of the courts against it. Emergency calls stay possible.",
            "de": "mit den folgenden Rechnungen sind Sie in Verzug. Dies ist unsere letzte "
            "Mahnung, bevor wir die Forderung zum Einzug übergeben.\n\n"
            "Bei unbestrittenen Forderungen von mindestens 100 EUR, mit denen Sie in Verzug sind, "
            "können wir frühestens zwei Wochen nach dieser Mahnung die betroffene Leistung "
            "sperren (§ 61 TKG). Sie können dagegen Rechtsschutz vor den Gerichten suchen. "
            "Notrufe bleiben möglich.",
        },
    },
)
POLICY = {"en": "Telecom reminders", "de": "Telecom-Mahnungen"}


class ResCompany(models.Model):
    _inherit = "res.company"

    def _telecom_setup_dunning(self):
        """A policy over the company's receivables, unless it has one of its own already."""
        self.ensure_one()
        policies = self.env["credit.control.policy"]
        current = self.credit_policy_id
        if current.company_id == self or (current and current.account_ids):
            return
        template = self.env.ref("telecom_billing.mail_template_reminder")
        receivables = self.env["account.account"].search(
            [
                *self.env["account.account"]._check_company_domain(self),
                ("account_type", "=", "asset_receivable"),
            ]
        )
        policy = policies.create(
            {
                "name": POLICY["de" if (self.partner_id.lang or "").startswith("de") else "en"],
                "company_id": self.id,
                "account_ids": [Command.set(receivables.ids)],
                "apply_max_policy_level": True,
                "level_ids": [
                    Command.create(self._prepare_dunning_level(number, level, template))
                    for number, level in enumerate(LEVELS, start=1)
                ],
            }
        )
        for level, words in zip(policy.level_ids.sorted("level"), LEVELS, strict=True):
            for code, _name in self.env["res.lang"].get_installed():
                language = "de" if code.startswith("de") else "en"
                level.with_context(lang=code).write(
                    {
                        "name": words["name"][language],
                        "custom_text": words["custom_text"][language],
                        "custom_mail_text": words["custom_text"][language],
                    }
                )
        self.credit_policy_id = policy

    def _prepare_dunning_level(self, number, level, template):
        return {
            "level": number,
            "name": level["name"]["en"],
            "computation_mode": level["computation_mode"],
            "delay_days": level["delay_days"],
            "channel": "email",
            "email_template_id": template.id,
            "custom_text": level["custom_text"]["en"],
            "custom_mail_text": level["custom_text"]["en"],
        }
