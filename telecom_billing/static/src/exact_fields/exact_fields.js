// SPDX-License-Identifier: AGPL-3.0-or-later
// How usage is read: seconds as h:mm:ss, bytes as MB, money with two to four decimals.
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/views/fields/formatters";
import { charField, CharField } from "@web/views/fields/char/char_field";
import { floatField, FloatField } from "@web/views/fields/float/float_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const SIZES = [
    [1e9, "GB"],
    [1e6, "MB"],
    [1e3, "kB"],
];

function formatPlain(value) {
    return formatFloat(value, { digits: [20, 6], trailingZeros: false });
}

function formatDuration(value) {
    const total = Math.ceil(Math.abs(value));
    const two = (number) => String(number).padStart(2, "0");
    const text = `${Math.floor(total / 3600)}:${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
    return value < 0 ? `-${text}` : text;
}

/** A quantity of usage; without a unit it is a sum of several kinds and stays a number. */
export function formatQuantity(value, { unit, blankZero } = {}) {
    if (value === false || (blankZero && !value)) {
        return "";
    }
    if (unit === "second") {
        return formatDuration(value);
    }
    if (unit === "byte") {
        const [size, name] = SIZES.find(([size]) => Math.abs(value) >= size) || [1, "B"];
        return `${formatFloat(value / size, { digits: [20, 2] })} ${name}`;
    }
    return formatPlain(value);
}
formatQuantity.extractOptions = ({ options }) => ({ blankZero: options.blank_zero });

/** Money of usage, which is exact to a millionth: what a reader needs of it. */
export function formatUsageAmount(value, { blankZero } = {}) {
    if (value === false || (blankZero && !value)) {
        return "";
    }
    return formatFloat(value, { digits: [20, 4], minDigits: 2 });
}
formatUsageAmount.extractOptions = ({ options }) => ({ blankZero: options.blank_zero });

class ReadField extends FloatField {
    static props = {
        ...FloatField.props,
        unit: { type: String, optional: true },
        blankZero: { type: Boolean, optional: true },
    };
}

export class QuantityField extends ReadField {
    get formattedValue() {
        const { record, unit, blankZero } = this.props;
        const named = unit in record.data ? record.data[unit] : unit;
        return this.props.readonly
            ? formatQuantity(this.value, { unit: named, blankZero })
            : super.formattedValue;
    }
}

export class UsageAmountField extends ReadField {
    get formattedValue() {
        return this.props.readonly
            ? formatUsageAmount(this.value, { blankZero: this.props.blankZero })
            : super.formattedValue;
    }
}

/** The services that carriers name in English; any other name stays as it is. */
export class ServiceField extends CharField {
    static template = "telecom_billing.ServiceField";

    get label() {
        const names = {
            voice: _t("Telephony"),
            sms: _t("SMS"),
            mms: _t("MMS"),
            data: _t("Data"),
            fax: _t("Fax"),
            conference: _t("Conference"),
        };
        const code = this.props.record.data[this.props.name];
        return names[code] || code || "";
    }
}

/** A month that is stored as its first day. */
export class MonthField extends Component {
    static template = "telecom_billing.MonthField";
    static props = { ...standardFieldProps };

    get label() {
        const day = this.props.record.data[this.props.name];
        return day ? day.toFormat("LLL yyyy") : "";
    }
}

function readField(component) {
    return {
        ...floatField,
        component,
        supportedOptions: [],
        extractProps: (info) => ({
            ...floatField.extractProps(info),
            unit: info.options.unit,
            blankZero: Boolean(info.options.blank_zero),
        }),
    };
}

const fields = registry.category("fields");
fields.add("telecom_quantity", readField(QuantityField));
fields.add("telecom_amount", readField(UsageAmountField));
fields.add("telecom_service", { ...charField, component: ServiceField });
fields.add("telecom_month", { component: MonthField, supportedTypes: ["date"] });
const formatters = registry.category("formatters");
formatters.add("telecom_quantity", formatQuantity);
formatters.add("telecom_amount", formatUsageAmount);
