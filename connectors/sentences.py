# SPDX-License-Identifier: AGPL-3.0-or-later
"""What this package says when something fails: a stable code and an English sentence for each.

Errors are raised with the sentence filled in, logged and stored like that; :func:`read` takes it
apart again into its code and values, so that it can be counted, or said in another language
(:func:`tell`).  Of the values, ``{label}`` is the label of a setting, and ``{fault}`` and
``{cause}`` are sentences themselves; everything else is said as it is.  What is wrong with a
single line of a file is told by connectors.reasons in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

SENTENCES: dict[str, str] = {
    # settings
    "setting": "{label} ({name}) {fault}",
    "setting_named": "{label} ({name}): {fault}",
    "named": "{name}: {fault}",
    "row": "row {number}: {fault}",
    "needed": "is needed",
    "needed_login": "is needed for this login",
    "whole_number": "is {value}, not a whole number",
    "rows": "is not a list of rows",
    "choice": "is {value}; allowed are {values}",
    "bool": "is {value}, neither true nor false",
    "timezone": "is {value}, no time zone such as Europe/Berlin or UTC",
    "environment": "names the environment variable {name}, which is not set",
    "no_setting": "{name} is no setting here; known are {names}",
    "no_format": "{name} is no format; known are {names}",
    "no_transport": "{name} is no transport; known are {names}",
    "currency": "{value} is no currency code such as EUR",
    "notation": "number notation {values}: use {names} or a list of {kinds}",
    "country": "{value} is no country code; write digits such as 49",
    "area": "area code {value}: write digits only, such as 30",
    "encoding": "encoding {name} is unknown; use utf-8, cp1252, iso-8859-1 …",
    "encoding_text": "{name} is no text encoding; use utf-8, cp1252, iso-8859-1 …",
    "url": "{url}: write a complete https:// address",
    "url_login": "{url}: user and password have settings of their own",
    "json": "is no JSON: {cause}",
    "json_object": "is no JSON object",
    "day": "first: {value} is no day",
    "parameter": "params: {value} has no value; write name=value",
    "header": "headers: {value} is no header; write Name: value",
    "one_line": "must be one line",
    "ca_missing": "there is no file {name}",
    "ca_pem": "is no certificate in PEM: {cause}",
    "key_kind": "it is no Ed25519, ECDSA or RSA key, or the passphrase is wrong",
    "key_passphrase": "it needs its passphrase",
    "key_public": "is no Ed25519 public key in base64",
    "expression": "{value} is no expression: {cause}",
    "expression_group": "{value} needs a group (…) around the number",
    "signed": "must contain {value}",
    # layouts
    "order": "{names} is missing",
    "order_twice": "{names} is missing or doubled",
    "merge_by": "name the columns that tell a call",
    "merge_open": "write column=value",
    "positions": "column {names}: without a header line, columns are positions from 1",
    "places": "{values}: write places such as 30-52",
    "nothing_mapped": "nothing is mapped to {name}",
    "target": "target {name}: use one of {names}",
    "target_twice": "target {name} is mapped twice",
    "target_value": "target {name} needs either a column or a value",
    "target_column": "target {name} needs a column",
    "row_unknown": "{names} is unknown in a row",
    "quantity": "quantity {value} is no whole number",
    "shape": "shape {value}: use one of {names}",
    "map": "map {value}: write pairs such as eingehend=in, *=out",
    "direction": "direction {value}: use out, in or transfer",
    "rule": "rule {number}: needs a column, values, and mode only or skip",
    "container": "name the element of a position",
    "only": "only: {value} is no column=value",
    "layouts": "at least one is needed",
    "layout_unknown": "{names}: unknown in a layout",
    # priced usage for another system
    "kind": "kind {value}: use one of {names}",
    "columns_twice": "{names} is there twice",
    "delimiter": "delimiter {value}: one character",
    "decimal": "decimal {value}: a point or a comma",
    "element": "{value} is no name of an XML element",
    "moment": "moment {value}: {cause}",
    "encoding_lacks": "{name} has no {value}; use utf-8",
    "redirect_plain": "{url} leads to {value}, which is not encrypted; correct the address.",
    "redirect_away": "{url} leads to another host ({value}), where nothing is sent; correct the "
    "address, if that is right.",
    "not_confirmed": "{url} answers {status}; the batch is not confirmed; ask who runs it.",
    # the delivery as a whole
    "file_encoding": "The file is not {name} (byte {number}); declare its encoding.",
    "file_utf16": "{cause}; declare utf-16-le or utf-16-be.",
    "no_csv": "The file is no CSV ({cause}); check quotes and delimiter.",
    "no_header": "The file has no header line; check lines to skip and format.",
    "header_lacks": "The header line lacks {names}; it reads: {value}. Check format, delimiter "
    "and encoding of the source.",
    "header_column_twice": "The header line has the column {names} twice; say by position which "
    "one is meant, without a header line.",
    "header_columns": "The header line has no column {names}; it has {values}; correct the layout.",
    "no_xml": "The file is no XML ({cause}); check the format.",
    "no_element": "The document holds no element {name}; check the format.",
    "dtd": "The document declares a DTD and is refused; ask for it without.",
    "tap3_large": "The file is larger than {number} MB; ask for it split.",
    "tap3_batch": "This is no TAP3 file: it holds no transfer batch; check the format.",
    "tap3_unknown": "This is no TAP3 file: nothing in it is known; check the format.",
    "tap3_library": "TAP3 files need the library pycrate, which is not installed: {value}",
    # control totals
    "total_count": "the file states {stated} records, {found} were found",
    "total_quantity": "the file states a quantity of {stated}, {found} was read",
    "total_cost": "the file states a cost of {stated}, {found} was read",
    "test_file": "the file is marked as a test and must not be billed",
    # archives
    "archive_empty": "The archive is empty; ask for it anew.",
    "archive_name": "The name {name} would leave the folder; the archive is refused.",
    "archive_deep": "{name}: archives are nested deeper than {number}; ask for it with fewer.",
    "archive_many": "{name}: more than {number} files in one delivery; ask for smaller ones.",
    "archive_broken": "{name} is broken ({cause}); ask for it anew.",
    "archive_space": "{name}: no space is left in {folder}; make room and load it again.",
    "archive_bomb": "{name} expands beyond the limits; the archive is refused.",
    "archive_link": "{name} is a link; the archive is refused.",
    "archive_twice": "{name} is there twice; the archive is refused.",
    "encrypted": "{name} is encrypted; ask for it without password.",
    # collective PDFs
    "pdf_missing": "{name} does not exist; correct its name.",
    "pdf_broken": "{name} is no readable PDF ({cause}); ask for it anew.",
    "pdf_page": "A page is broken ({cause}); ask for the file anew.",
    "pdf_pages": "{name}: {found} of {number} pages were read; load it again.",
    "pdf_beyond": "{name} has {number} pages, no page {page}; correct the pages.",
    # ways: connection and login
    "failed": "{where}: the connection failed ({cause}); check address and network.",
    "silent": "{where} does not answer; check address, port and firewall.",
    "server_silent": "{where}: the server does not answer; check host, port and firewall.",
    "host_unknown": "{where}: the host's name is unknown; correct the host.",
    "not_connected": "{where} is not connected.",
    "certificate": "{where}: the server's certificate is not trusted ({cause}); name the private "
    "authority, if it has one.",
    "login_refused": "{where} refuses the login ({status}); correct the source.",
    "password_refused": "{where}: user or password is refused; correct the source.",
    "key_refused": "{where}: user, password or key is refused; correct the source.",
    "token_refused": "{where}: user, password or token is refused; correct the source.",
    "login_kinds": "{where}: the server only takes {values}; enter what it takes.",
    "login_again": "{url} asks for a login again; correct user and password.",
    "login_page": "{url} leads to the login page; correct user and password.",
    "login_form": "{url} has no form with the field {name}; correct the names of the fields.",
    "login_elsewhere": "{url} sends its form to another host; the password does not go there.",
    "token_missing": "{url} gives no access_token; check address and grant.",
    "time_missing": "{url} gives no time; check the address.",
    "host_key_other": "{host} shows the host key {value}, which is not the declared one; if it is "
    "right (ask the carrier), enter it as host key.",
    "host_key_none": "{host} shows the host key {value}, and none is declared; if it is right (ask "
    "the carrier), enter it as host key.",
    # ways: files
    "denied": "{where}: the server denies access; correct the folder, or ask the carrier for the "
    "right.",
    "refused": "{where}: the server refuses ({cause}); correct the folder, or ask the carrier for "
    "the right.",
    "no_file": "{where}: there is no such file or folder; correct the folder.",
    "no_folder": "{path} is no folder; create it or correct the source.",
    "folder_busy": "{path} is being read by another process; it goes on later.",
    "folder_lock": "{path} cannot be written to ({cause}); correct its rights.",
    "folder_rights": "{name}: {cause}; correct the rights of the folder.",
    "outside": "{name} lies outside the folder; it is not taken.",
    "arrived": "{name}: {found} of {number} bytes arrived; it is fetched again.",
    "changed": "{name} changed while it was read; it is fetched again.",
    "mail_gone": "{name} is no longer in {where}; it was moved or deleted.",
    "mail_numbers": "{where} was renumbered since {name} was listed; list again.",
    "mail_large": "{where}: mail {number} is larger than {limit} bytes; take its attachment by "
    "hand.",
    # ways: services
    "status": "{where} answers {status}; check the address, else ask the carrier.",
    "too_much": "{url} answers with more than {number} MB; ask for less at once.",
    "no_json": "{url} did not answer with JSON ({cause}); check the address.",
    "pages": "{url}: more than {number} pages; ask for shorter spans.",
    "page_again": "{url}: the next page is one that was there; check the paging.",
    "page_elsewhere": "{url}: the next page lies on another host ({host}); it is not asked.",
    "report_later": "{url}: the report is not made yet; it is asked for later.",
    "report_id": "{url} gives no id of a report; check where it stands in the answer.",
    "report_file": "{url} names no file of the report; check where it stands in the answer.",
    "report_failed": "{url}: the report failed ({value}); it is ordered anew.",
    "report_gone": "{url}: the report is gone ({status}); it is ordered anew.",
    "elsewhere": "{url} lies on another host than the service; correct the address.",
    "soap_description": "{where}: the description of the service cannot be used ({cause}); check "
    "the address.",
    "soap_fault": "{where}: the service answers “{value}”; check the arguments.",
    "soap_arguments": "{where}: arguments or answer do not fit the service's description "
    "({value}); check the arguments.",
    # causes that the system names
    "refused_connection": "Connection refused",
    "reset": "Connection reset by peer",
    "timed_out": "Connection timed out",
    "unreachable": "Network is unreachable",
    "no_route": "No route to host",
    "unknown_name": "Name or service not known",
    "permission": "Permission denied",
    "full": "No space left on device",
    "no_such": "No such file or directory",
    "self_signed": "self-signed certificate",
    "self_signed_chain": "self-signed certificate in certificate chain",
    "no_issuer": "unable to get local issuer certificate",
    "expired": "certificate has expired",
}

_NESTED = ("fault", "cause")
_PLACE = re.compile(r"\{([a-z]+)\}")

_LONG = dict.fromkeys((*_NESTED, "value"), ".+?")
_SHORT = "(?:(?!; ).)+?"
"""What stands in a place; only a text of somebody else's may hold what joins sentences."""

# Somebody else's texts are no trap: neither their length nor their shape costs much.
_LONGEST, _MOST, _DEEPEST = 2000, 30, 2


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """(code, pattern), those with the most words of their own first."""
    found = []
    for code, sentence in SENTENCES.items():
        parts = _PLACE.split(sentence)
        parts[::2] = map(re.escape, parts[::2])
        shapes = _LONG | ({"name": "[a-z0-9_]+"} if "{fault}" in sentence else {})
        parts[1::2] = [f"(?P<{name}>{shapes.get(name, _SHORT)})" for name in parts[1::2]]
        words = len(_PLACE.sub("", sentence))
        found.append((-words, code, re.compile("".join(parts), re.DOTALL)))
    return [(code, pattern) for _words, code, pattern in sorted(found, key=lambda one: one[0])]


def read(text: str) -> tuple[str, dict[str, str]] | None:
    """Code and values of what an error of this package says; None for any other text.

    >>> read("Host (host) is needed")
    ('setting', {'label': 'Host', 'name': 'host', 'fault': 'is needed'})
    """
    found = _read(text, 0) if len(text) <= _LONGEST else None
    return (found[0], dict(found[1])) if found else None


@lru_cache(maxsize=4096)
def _read(text: str, depth: int) -> tuple[str, dict[str, str]] | None:
    for code, pattern in _patterns():
        if depth == _DEEPEST and "fault" in pattern.groupindex:
            continue
        found = pattern.fullmatch(text)
        if found:
            values = found.groupdict()
            if "fault" not in values or _parts(values["fault"], depth + 1):
                return code, values
    return None


def _parts(text: str, depth: int = 0) -> list[str]:
    """The sentences that "; " joins, some of which have one inside; [] where one is none."""
    found, pieces = [], text.split("; ", _MOST)
    while pieces:
        ends = range(1, min(len(pieces), 4) + 1)
        end = next((end for end in ends if _read("; ".join(pieces[:end]), depth)), 0)
        if not end:
            return []
        found.append("; ".join(pieces[:end]))
        del pieces[:end]
    return found


def tell(text: str, say: Callable[[str], str]) -> str:
    """What an error says, in the language of `say` (which translates sentences and labels).

    Several lines, or several faults joined by "; ", are told one by one.

    >>> tell("Host (host) is needed", {"Host": "Rechner", "is needed": "wird gebraucht"}.get)
    'Rechner (host) wird gebraucht'
    """
    return "\n".join(_line(line, say, 0) for line in text.split("\n"))


def _line(text: str, say: Callable[[str], str], depth: int) -> str:
    if len(text) > _LONGEST or depth > _DEEPEST + 1:
        return text
    found = _read(text, 0)
    if found is None:
        parts = _parts(text)
        if len(parts) > 1:
            return "; ".join(_line(part, say, depth + 1) for part in parts)
        head = text.split(": ", 4)  # of which file of which archive
        for at in range(1, len(head)):
            rest = ": ".join(head[at:])
            if _read(rest, 0):
                return ": ".join([*head[:at], _line(rest, say, depth + 1)])
        return text
    code, values = found[0], dict(found[1])
    for name in _NESTED:
        if name in values:
            values[name] = _line(values[name], say, depth + 1)
    if "label" in values:
        values["label"] = say(values["label"]) or values["label"]
    return (say(SENTENCES[code]) or SENTENCES[code]).format(**values)
