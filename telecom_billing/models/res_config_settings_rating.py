# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where usage is rated, on the settings page."""

from odoo import fields, models

from ..charging.cluster import ADDRESS, UNREACHABLE


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    telecom_dask_scheduler = fields.Char(
        "Dask scheduler",
        config_parameter=ADDRESS,
        help="For instance tcp://scheduler.example.com:8786; empty: this server prices alone.",
    )
    telecom_dask_unreachable = fields.Selection(
        [("local", "Rate on this server, with a note in the run"), ("error", "Stop with an error")],
        string="Without scheduler",
        config_parameter=UNREACHABLE,
        default="local",
    )
