# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asterisk's Master.csv (cdr_csv), without header.

Local time unless `usegmtime` is set; `uniqueid` and `userfield` only where configured, and
without uniqueid a record has no key of its own; `newcdrcolumns` adds peeraccount, linkedid and
sequence behind whatever is there.  uniqueid is that of the caller's channel, which has a record for
each partner: start and partner belong to the key.  Answer is empty when nobody answered.  Take
Master.csv only: the per-account files beside it hold the same calls again.
Source: https://docs.asterisk.org, CDR specification; cdr_csv.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow.compute as pc

from connectors.formats.base import Field
from connectors.formats.delimited import DelimitedFormat, columns
from connectors.formats.fields import Phone, Rule, Text, incoming
from connectors.formats.measures import Quantity, Time
from connectors.formats.standard import BILL_FROM, COMMON, INCOMING, TEXT_FILE, UNANSWERED, changed
from connectors.readers.batch import Batch

_OPTIONAL = ("uniqueid", "userfield", "peeraccount", "linkedid", "sequence")


class Asterisk(DelimitedFormat):
    """One row a call."""

    name = "asterisk"
    label = "Asterisk Master.csv"
    help = "Call records of Asterisk, FreePBX and kin, as written by cdr_csv."
    columns = columns(
        "accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end "
        "duration billsec disposition amaflags",
        optional="uniqueid userfield peeraccount linkedid sequence",
    )
    settings = (
        *TEXT_FILE,
        *changed(COMMON, a_notation="pbx_de", b_notation="pbx_de"),
        BILL_FROM,
        UNANSWERED,
        INCOMING,
    )

    def prepare(self, batch: Batch, settings: Mapping[str, Any]) -> Batch:
        """Lines of 19 and 20 columns lack uniqueid or userfield: move what is behind them."""
        columns = batch.columns
        channel, user, peer, linked, sequence = (columns[name] for name in _OPTIONAL)
        if pc.any(pc.not_equal(peer, "")).as_py():
            number = pc.match_substring_regex(peer, "^[0-9]+$")
            last = pc.and_(pc.equal(linked, ""), pc.equal(sequence, ""))
            # 19 columns: peeraccount, linkedid and sequence stand where the first three would
            key = pc.binary_join_element_wise(user, peer, "/")
            channel = pc.if_else(pc.and_(number, last), key, channel)
        whole = pc.binary_join_element_wise(channel, columns["start"], columns["dstchannel"], "/")
        none = pc.equal(channel, "")
        columns["_id"] = pc.if_else(none, "", whole) if pc.any(none).as_py() else whole
        return batch

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        if not settings["unanswered"]:
            yield Rule(
                "disposition",
                ("ANSWERED",),
                reason="not_answered",
                known="ANSWERED|NO ANSWER|BUSY|FAILED|CONGESTION",
            )

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        from_answer = settings["bill_from"] == "answer"
        return {
            "record_id": Text("_id"),
            "direction": incoming("dcontext", settings),
            "started_at": Time("answer", "iso", fallback="start")
            if from_answer
            else Time("start", "iso"),
            "quantity": Quantity("billsec" if from_answer else "duration"),
            "a_number": Phone("src", "a"),
            "b_number": Phone("dst", "b"),
            "account": Text("accountcode"),
        }
