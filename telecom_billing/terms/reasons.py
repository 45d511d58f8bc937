# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a line did not become a record; see connectors.reasons."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

REASONS = (
    _lt("{value} columns where {field} are expected; check delimiter and quoting."),
    _lt("{value} characters where at least {field} are expected; check the layout."),
    _lt("The line or a field is longer than {value}; ask for the file anew."),
    _lt("A quoted field is not closed; correct the quote and retry the line."),
    _lt("Bytes that are not {field}; correct the encoding of the source or the line."),
    _lt("The line holds a NUL character; ask the sender for the file anew."),
    _lt("The document ends or breaks here: {value}; ask the sender for it anew."),
    _lt("The record is no {field}: {value}; ask the sender for it anew."),
    _lt("The record is nested deeper than {value} levels; ask the sender for it anew."),
    _lt("{field} is empty; it is needed to bill the record."),
    _lt("{field} {value} is no time in the declared pattern; correct pattern or line."),
    _lt("{field} {value} lies outside the years 1990 to 2099; correct the line."),
    _lt(
        "{field} {value} happens twice at the end of summer time; choose a policy in the "
        "source or correct the line."
    ),
    _lt(
        "{field} {value} is skipped at the start of summer time; check the time zone of the source."
    ),
    _lt("{field} {value} is no duration in the declared unit; correct unit or line."),
    _lt("{field} {value} is negative; correct the line."),
    _lt("{field} {value} is no amount; check the decimal sign of the source."),
    _lt("{field} {value} is too large to be true; correct the line."),
    _lt("{field} {value} is unknown here; map it in the source's settings."),
    _lt(
        "{field} {value} is nothing that this column holds; check format and order of the columns."
    ),
    _lt("{field} {value} is no currency code of three letters."),
    _lt("{field} {value} is no point of time; correct the line."),
    _lt("{field} {value} was damaged by a spreadsheet; ask for the file as text."),
    _lt(
        "{field} {value} does not fit the declared notation; correct notation or longest "
        "extension of the source, or the line."
    ),
    _lt(
        "{field} {value} begins with no country code; correct the notation of the source or "
        "the line."
    ),
    _lt("{field} {value} is longer than any telephone number."),
    _lt("{field} {value}: the number is withheld."),
    _lt("{field} {value} is an internal extension."),
    _lt("{field} {value} is a service code, not a number."),
    _lt("{field} {value} is no telephone number."),
    _lt("{field} {value} is not billed by this source's record selection."),
    _lt("The call was not answered ({field} {value})."),
    _lt("An internal call ({value}) is not billed."),
    _lt("Only the final record of a call is billed; this one is {value}."),
    _lt("Records of the type {value} are no usage."),
    _lt("The header line is repeated inside the file."),
    _lt("Part of the record in line {value}."),
    _lt("Its other part ({value} is here) is awaited in the next delivery."),
    _lt("{value} came without its counterpart; the call cannot be billed from this file."),
    _lt("The file is marked as a test; it is never billed."),
)
