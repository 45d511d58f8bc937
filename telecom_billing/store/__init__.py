# SPDX-License-Identifier: AGPL-3.0-or-later
"""Large tables below the ORM: monthly partitions, COPY, locks. Plain SQL on an Odoo cursor.

Facts and charges run to millions of rows a month, so they are written by COPY, counted by SQL and
shown through views. Nothing in here knows a model; what is stored and when is for ``models/``.
"""

import pyarrow

# Arrow's own allocator keeps what it once had, and a worker lives for days; the system's gives it
# back, and a month takes a sixth less memory in no more time.
pyarrow.set_memory_pool(pyarrow.system_memory_pool())


def give_back() -> None:
    """Return memory that is not used any more to the system.

    Shard after shard leaves gaps between what is kept: three million records took 729 MiB with
    them, and 593 without.
    """
    pyarrow.default_memory_pool().release_unused()
