# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a connection failed, found in what libraries wrapped around it."""

from __future__ import annotations


def cause(error: BaseException, own: bool = False) -> str:
    """The reason in the words of the system ("Connection refused"), where it gave one.

    Else, with `own`, what the library itself says; without, only the kind of its fault, since its
    words may hold an address in which secrets travel.

    >>> cause(ConnectionRefusedError(111, "Connection refused"))
    'Connection refused'
    """
    seen: list[BaseException] = []
    todo: list[object] = [error]
    while todo and len(seen) < 20:
        one = todo.pop(0)
        if not isinstance(one, BaseException) or one in seen:
            continue
        seen.append(one)
        several = getattr(one, "errors", None)  # paramiko: one for each address of a host
        todo += several.values() if isinstance(several, dict) else ()
        todo += [getattr(one, "reason", None), *one.args, one.__cause__, one.__context__]
    for name in ("verify_message", "strerror"):
        for one in seen:
            text = getattr(one, name, None)
            if text and isinstance(text, str) and not hasattr(one, "errors"):
                return text
    inner = next((one for one in reversed(seen) if own and str(one)), None)
    return str(inner) if inner is not None else type(seen[-1]).__name__
