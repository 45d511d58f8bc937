// SPDX-License-Identifier: AGPL-3.0-or-later
// Reads the record of a form anew every few seconds while the work behind it goes on.
import { Component, onMounted, onWillUnmount } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const SECONDS = 2;

export class LiveWidget extends Component {
    static template = "telecom_billing.LiveWidget";
    static props = { ...standardWidgetProps };

    setup() {
        onMounted(() => this.plan());
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    get isUnderWay() {
        return this.props.record.data.is_under_way;
    }

    plan() {
        this.timer = browser.setTimeout(() => this.refresh(), SECONDS * 1000);
    }

    async refresh() {
        const record = this.props.record;
        if (this.isUnderWay && !(await record.isDirty())) {
            await record.load();
        }
        this.plan();
    }
}

registry.category("view_widgets").add("telecom_live", {
    component: LiveWidget,
    fieldDependencies: [{ name: "is_under_way", type: "boolean" }],
});
