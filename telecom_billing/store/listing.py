# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which charges are listed call by call."""

#: Condition on charge ``c`` and its rate ``r`` (may be none): it has no price of its own, by a
#: flat rate, a flat allowance or a number free of charge. Such calls are listed only where the
#: customer wishes it (TDDDG § 11).
FREE = """
    (c.price = 0 AND (coalesce(r.flat, FALSE)
                      OR (coalesce(r.price, 0) = 0 AND coalesce(r.setup, 0) = 0
                          AND coalesce(r.minimum, 0) = 0)
                      OR c.allowance_id IN (SELECT a.id FROM telecom_allowance a
                                             WHERE a.kind = 'flat')))
"""
