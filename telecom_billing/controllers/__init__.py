# SPDX-License-Identifier: AGPL-3.0-or-later
from . import (
    portal,
    portal_documents,
    portal_invoice,
    webhook,
)
