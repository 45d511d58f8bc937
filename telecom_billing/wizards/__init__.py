# SPDX-License-Identifier: AGPL-3.0-or-later
from . import (
    telecom_collective_upload,
    telecom_explanation,
    telecom_send_again,
    telecom_setup,
    telecom_test_send,
    telecom_upload,
    telecom_waive,
)
