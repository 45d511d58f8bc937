# SPDX-License-Identifier: AGPL-3.0-or-later
"""On which record an action was started."""

from __future__ import annotations


def opened_on(env, model: str) -> int | bool:
    """Id of the record of ``model`` whose button was pressed.

    An action's own context cannot say so: it fails in the browser where the action is opened by
    its address (a bookmark, a page loaded again), because then there is no record.
    """
    context = env.context
    return (context.get("active_model") == model and context.get("active_id")) or False
