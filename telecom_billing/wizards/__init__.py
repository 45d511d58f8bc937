# SPDX-License-Identifier: AGPL-3.0-or-later
from . import (  # noqa: F401
    telecom_upload,
    telecom_waive,
)
