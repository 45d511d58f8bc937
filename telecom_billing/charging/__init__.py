# SPDX-License-Identifier: AGPL-3.0-or-later
"""From facts to charges: match, price, sum up, store; a month of one company at a time.

``parties`` knows who had which number when, ``matching`` finds the contract line of each fact,
``spool`` sorts what does not fit into memory by contract, ``pricing`` asks the rating core,
``summing`` groups charges into summaries, ``storing`` replaces rows in the database, and ``month``
puts them in order: what has to be rated anew, and what only comes in addition.
"""
