# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the rating core finds wrong with a tariff book, in the user's language."""

from ..rating import BookError
from ..rating.fault_texts import german


def sentences(env, error: BookError) -> str:
    """All faults, one a line: where, which value, what is wrong, what to do."""
    if not (env.lang or "").startswith("de"):
        return str(error)
    shown = "\n".join(german(problem) for problem in error.problems[:20])
    more = len(error.problems) - 20
    return shown + (f"\n… und {more} weitere" if more > 0 else "")
