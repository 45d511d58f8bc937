// SPDX-License-Identifier: AGPL-3.0-or-later
// Attachments that can also be dropped onto the field.
import { useRef } from "@odoo/owl";
import { useDropzone } from "@web/core/dropzone/dropzone_hook";
import { registry } from "@web/core/registry";
import { useFileUploader } from "@web/core/utils/files";
import {
    Many2ManyBinaryField,
    many2ManyBinaryField,
} from "@web/views/fields/many2many_binary/many2many_binary_field";

const ROUTE = "/web/binary/upload_attachment";

export class FilesField extends Many2ManyBinaryField {
    static template = "telecom_billing.FilesField";

    setup() {
        super.setup();
        this.upload = useFileUploader();
        this.root = useRef("root");
        useDropzone(
            this.root,
            (event) => this.onDrop(event),
            "",
            () => !this.props.readonly
        );
    }

    async onDrop(event) {
        const uploaded = await this.upload(ROUTE, {
            csrf_token: odoo.csrf_token,
            ufile: [...event.dataTransfer.files],
            model: this.props.record.resModel,
            id: this.props.record.resId || 0,
        });
        if (uploaded) {
            await this.onFileUploaded(uploaded);
        }
    }
}

registry.category("fields").add("telecom_files", {
    ...many2ManyBinaryField,
    component: FilesField,
});
