// SPDX-License-Identifier: AGPL-3.0-or-later
// Settings of a format or transport as a form, drawn from what it declares.
import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What the server shows for a secret that it keeps. */
const MASK = "••••••••";

export class SettingsField extends Component {
    static template = "telecom_billing.SettingsField";
    static props = { ...standardFieldProps, schema: { type: String } };

    /** Those that have a meaning with the other values. */
    get settings() {
        const declared = this.props.record.data[this.props.schema] || [];
        const named = Object.fromEntries(declared.map((setting) => [setting.name, setting]));
        return declared.filter(
            (setting) =>
                !setting.when ||
                !named[setting.when[0]] ||
                setting.when[1].includes(this.value(named[setting.when[0]]))
        );
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

    isStored(setting) {
        return this.values[setting.name] === MASK;
    }

    /** A stored secret is never shown; what is typed replaces it. */
    shown(setting) {
        return this.isStored(setting) ? "" : this.value(setting);
    }

    placeholder(setting) {
        if (setting.type !== "secret") {
            return "";
        }
        return this.isStored(setting) ? MASK : "env:TELECOM_…";
    }

    forget(setting) {
        return this.set(setting, "");
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
        if (setting.type === "secret" && text === "" && this.isStored(setting)) {
            return;
        }
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
