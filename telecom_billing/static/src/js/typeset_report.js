/** @odoo-module **/
// SPDX-License-Identifier: AGPL-3.0-or-later
// Documents that the server typesets itself are downloaded without asking for wkhtmltopdf.

import { download } from "@web/core/network/download";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { getReportUrl } from "@web/webclient/actions/reports/utils";

async function downloadTypeset(action, options, env) {
    if (action.report_type !== "qweb-pdf" || !action.telecom_document) {
        return false;
    }
    env.services.ui.block();
    try {
        const context = { ...user.context, ...action.context };
        await download({
            url: "/report/download",
            data: {
                data: JSON.stringify([getReportUrl(action, "pdf", user.context), action.report_type]),
                context: JSON.stringify(context),
            },
        });
    } finally {
        env.services.ui.unblock();
    }
    return true;
}

registry.category("ir.actions.report handlers").add("telecom_typeset", downloadTypeset);
