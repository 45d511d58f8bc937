# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents: typed data in, PDF out. Knows neither Odoo nor a database.

:mod:`.renderer` runs Typst over the templates in ``templates/``; :mod:`.invoice`,
:mod:`.itemised`, :mod:`.letter` and :mod:`.totals` hold the shape of one document each and turn
it into the strings that its template lays out; :mod:`.pdfa` writes what Typst cannot.
"""
