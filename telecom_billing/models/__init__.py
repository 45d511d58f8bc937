# SPDX-License-Identifier: AGPL-3.0-or-later
from . import (
    contract_contract,
    product_template,
    res_company,
    res_config_settings,
    res_partner,
    telecom_order,
    telecom_order_fulfil,
)
