# SPDX-License-Identifier: AGPL-3.0-or-later
"""Labels and helps of record formats and ready-made layouts."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

FORMATS = (
    _lt('"none" where fields are bare.'),
    _lt("0 for EUR, 2 for cents."),
    _lt("3CX"),
    _lt("Account"),
    _lt("Adobe Connect"),
    _lt("All legs: each call is there twice"),
    _lt("Answer"),
    _lt("Area code of the line"),
    _lt("As the accounting of the controller is configured."),
    _lt("Asterisk Master.csv"),
    _lt("AudioCodes SBC"),
    _lt("Avaya IP Office SMDR"),
    _lt("Bill from"),
    _lt("Both: each call is there twice"),
    _lt("BroadWorks XML"),
    _lt("By what the customer is found."),
    _lt(
        "CSV that comes with outbox's invoices. Its time and number formats are not "
        "documented: check them with a sample."
    ),
    _lt("CSV, layout by mapping"),
    _lt("Called number"),
    _lt("Carrier CSV with partial records"),
    _lt("Cisco CUCM"),
    _lt("A part that is not the last"),
    _lt("Columns"),
    _lt("Comes on top of it"),
    _lt("Compare with an invoice: Microsoft does not say it."),
    _lt("Connection fee"),
    _lt("Hundredths of a second"),
    _lt("Is in the charge"),
    _lt("Milliseconds"),
    _lt("Seconds"),
    _lt("Tenths of a second"),
    _lt("Unit of the session time"),
    _lt("column=value: a call of such parts only goes on in the next file."),
    _lt("Columns in their order"),
    _lt("Columns that tell a call"),
    _lt("Comma"),
    _lt("Contexts of incoming calls"),
    _lt("Control record begins with"),
    _lt("Control record: column of the cost"),
    _lt("Control record: column of the count"),
    _lt("Control record: column of the quantity"),
    _lt("Country code"),
    _lt("Currency of the cost"),
    _lt("DIDWW"),
    _lt("Data records begin with"),
    _lt("Decimal sign"),
    _lt("Delimiter"),
    _lt(
        "Device names, separated by commas: calls from them are incoming, calls that touch "
        "none of them are internal. Empty: all calls are outgoing."
    ),
    _lt("Digit dialled for an outside line, kept in the file."),
    _lt("Each line is a record"),
    _lt("Element of a record"),
    _lt("Elements of the header"),
    _lt("Empty for the format's own; \\t for a tabulator."),
    _lt("Encoding"),
    _lt(
        "Export of Kamailio's table cdrs (acc module, cdr_enable) with a header line; caller "
        "and callee are its extra columns."
    ),
    _lt("Fields in their order"),
    _lt("First line names the columns"),
    _lt("Fixed width with HDR and TRL"),
    _lt("Fixed width, layout by mapping"),
    _lt("For national numbers; digits only."),
    _lt("For numbers without area code; such as 30."),
    _lt("FreeSWITCH CSV"),
    _lt("FreeSWITCH XML"),
    _lt("German carrier CSV"),
    _lt("Gross"),
    _lt("Header record begins with"),
    _lt("Header: place of the cost"),
    _lt("Header: place of the count"),
    _lt("Header: place of the created"),
    _lt("Header: place of the file_name"),
    _lt("Header: place of the quantity"),
    _lt("Header: place of the sequence"),
    _lt("IMSI"),
    _lt("Its local name, such as call."),
    _lt("Its path in the document: data.calls"),
    _lt("JSON, layout by mapping"),
    _lt("Join the segments of a call"),
    _lt("Kamailio acc_cdrs"),
    _lt("Keep internal calls"),
    _lt("Keep as refunds"),
    _lt("Keep the record without number"),
    _lt("Keep unanswered calls"),
    _lt("Leg that is billed"),
    _lt("Legs"),
    _lt("Lines to skip at the top"),
    _lt("Lines with another number are rejected; 0 for any. With a header line, it says."),
    _lt("Longest extension"),
    _lt("Microsoft Teams PSTN (CSV)"),
    _lt("Microsoft Teams PSTN (Graph)"),
    _lt("Names separated by blanks; read as ^.name"),
    _lt("Names, separated by commas; calls of all other contexts are outgoing."),
    _lt("Negative is cost"),
    _lt("Negative quantities"),
    _lt("Net"),
    _lt("Networth (describe the layout)"),
    _lt(
        "Networth does not publish the layout of its records. Describe the columns here, "
        "from a file you received; nothing is decoded before."
    ),
    _lt("Notation of the A-number"),
    _lt("Notation of the B-number"),
    _lt("Number"),
    _lt("Number of columns"),
    _lt("Numbers before manipulation"),
    _lt("Numbers that do not fit"),
    _lt("OVHcloud telephony"),
    _lt("Of times without an offset: an IANA name, UTC, or Etc/GMT-1 for a fixed UTC+01:00."),
    _lt(
        "One of e164, e164_plus, international_bare, international_00, international, "
        "national_de, national_bare, pbx_de, mixed_de, or a list such as “00, bare” of plus, "
        "00, 000, bare, national, national_bare, short, local."
    ),
    _lt(
        "One of s, min, h, ds, cs, ms, us, piece, byte, kB, MB, GB, KiB, MiB, GiB, hms, "
        "hhmmss, hhmmsscc, or digits of a clock: hhmmsscc."
    ),
    _lt("One record for each stay"),
    _lt("One record, overlapping stays counted once"),
    _lt("One record, stays added up"),
    _lt("Only A-legs"),
    _lt("OpenIP (describe the layout)"),
    _lt(
        "OpenIP does not publish the layout of its records. Describe the columns here, from "
        "a file you received; nothing is decoded before."
    ),
    _lt("OpenSIPS / Kamailio flatstore"),
    _lt("Oracle / Acme Packet SBC"),
    _lt("Outside line"),
    _lt("Path to what names the customer, such as data.metadata.tenant."),
    _lt("Pattern of times"),
    _lt("People who leave and come back"),
    _lt("Plain digits up to this length are an extension, no number to rate."),
    _lt("Point"),
    _lt("Positive is cost"),
    _lt("Price that counts as cost"),
    _lt("Put together, overlapping time counted once"),
    _lt("Put together, quantities added"),
    _lt("Quote character"),
    _lt("Read with the offset before"),
    _lt("Record selection"),
    _lt("Refunds give back units and their price, such as a booking that was canceled."),
    _lt("Reject the line"),
    _lt("Remove call-by-call codes (010xy)"),
    _lt("Repeated hour at the end of summer time"),
    _lt("Rows with column, values, mode (only, skip)."),
    _lt("Rows with target, column or value, and pattern, shape or map."),
    _lt("STARFACE"),
    _lt(
        "Semicolon, decimal comma, Windows-1252, dd.mm.yyyy; columns Rufnummer A to Preis, a "
        'line "Summe" with count, seconds and price.'
    ),
    _lt("Separated by blanks."),
    _lt("Separated by commas."),
    _lt("Several lines of one call"),
    _lt("Several separated by blanks."),
    _lt("Sewan (describe the layout)"),
    _lt(
        "Sewan does not publish the layout of its records. Describe the columns here, from a "
        "file you received; nothing is decoded before."
    ),
    _lt("Shape of the total quantity"),
    _lt("Sign of the cost"),
    _lt("Skipped hour at the start of summer time"),
    _lt("Start of the call, ringing included"),
    _lt("Such as 12:30:00.094 UTC APR 01 2026."),
    _lt("Such as 141-149."),
    _lt("Such as HDR."),
    _lt("Such as Summe or TRL."),
    _lt("Such as TRL."),
    _lt(
        "Switch records of fixed width between a header and a trailer record with sequence, "
        "count and total duration."
    ),
    _lt("TAP3 (roaming)"),
    _lt("Take as summer time (the first)"),
    _lt("Take as winter time"),
    _lt("Telekom RechnungOnline EVN (mobile)"),
    _lt("The one that was made"),
    _lt("The one that was reached"),
    _lt("The one that was received"),
    _lt("Thousands separator"),
    _lt("Time zone"),
    _lt("Trailer record begins with"),
    _lt("Trailer: place of the cost"),
    _lt("Trailer: place of the count"),
    _lt("Trailer: place of the created"),
    _lt("Trailer: place of the file_name"),
    _lt("Trailer: place of the quantity"),
    _lt("Trailer: place of the sequence"),
    _lt("Trunks and gateways"),
    _lt("Twilio"),
    _lt("Unit of the cost: 10^-n"),
    _lt("What was dialled"),
    _lt("Where the call ended"),
    _lt("Where the records name no host."),
    _lt(
        "Without header; long calls come in parts, which are put together by both numbers and the "
        "start of the call (column 5; column 4 is that of the part)."
    ),
    _lt("XML, layout by mapping"),
    _lt("Zoom participants"),
    _lt(
        "iso, german, compact, epoch, epoch_ms, epoch_us, rfc2822, or letters such as "
        "dd.mm.yyyy HH:MM:SS."
    ),
    _lt("outbox"),
    _lt("sipgate"),
    _lt("utf-8 (with or without mark), cp1252, …"),
)
