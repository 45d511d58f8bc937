// SPDX-License-Identifier: AGPL-3.0-or-later
// Settings of a format or transport as a form, drawn from what it declares.
import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

export class SettingsField extends Component {
    static template = "telecom_billing.SettingsField";
    static props = { ...standardFieldProps, schema: { type: String } };

    get settings() {
        return this.props.record.data[this.props.schema] || [];
    }

    get values() {
        return this.props.record.data[this.props.name] || {};
    }

    id(setting) {
        return `${this.props.name}_${setting.name}`;
    }

    value(setting) {
        const value = this.values[setting.name];
        return value === undefined || value === null ? setting.default : value;
    }

    /** What is as declared is not stored, so that a better default reaches old sources too. */
    set(setting, value) {
        const values = { ...this.values };
        if (value === setting.default || (value === "" && !setting.default)) {
            delete values[setting.name];
        } else {
            values[setting.name] = value;
        }
        return this.props.record.update({ [this.props.name]: values });
    }

    onText(setting, event) {
        const text = event.target.value;
        this.set(setting, setting.type === "int" && /^-?\d+$/.test(text.trim()) ? Number(text) : text);
    }

    onRows(setting, event) {
        try {
            this.set(setting, event.target.value.trim() ? JSON.parse(event.target.value) : []);
            event.target.classList.remove("is-invalid");
        } catch {
            event.target.classList.add("is-invalid");
        }
    }

    rows(setting) {
        const rows = this.value(setting);
        return rows && rows.length ? JSON.stringify(rows, null, 2) : "";
    }
}

registry.category("fields").add("telecom_settings", {
    component: SettingsField,
    supportedTypes: ["json"],
    extractProps: ({ options }) => ({ schema: options.schema }),
});
