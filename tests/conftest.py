# SPDX-License-Identifier: AGPL-3.0-or-later
"""What all rooms' tests share: how hypothesis searches.

No deadline, since machines are shared and slow ones are not broken; the same examples every time,
so that a run fails because of the change under test. ``HYPOTHESIS_PROFILE=explore`` searches anew.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
