# SPDX-License-Identifier: AGPL-3.0-or-later
from . import (
    suspense_groups,
    telecom_collective_upload,
    telecom_deck_export,
    telecom_deck_import,
    telecom_deck_lines,
    telecom_explanation,
    telecom_late_preview,
    telecom_least_cost,
    telecom_send_again,
    telecom_setup,
    telecom_suspense_assign,
    telecom_suspense_write_off,
    telecom_suspense_zone,
    telecom_test_send,
    telecom_upload,
    telecom_waive,
)
