# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shards priced by the workers of a Dask scheduler, where the settings name one.

A holder never crosses a shard, so shards do not know of each other, and whoever prices them gets
the same. Workers get plain frames and a tariff book, and need the rating core only. A shard whose
worker dies is given to another by Dask. Where there is no scheduler, or no worker any more, shards
are priced here, and somebody is told; or rating stops, if the settings say so.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
import typing

import pandas as pd
import pyarrow as pa

from ..rating import worker
from .pricing import Pricing, rateable

_logger = logging.getLogger(__name__)

ADDRESS = "telecom_billing.dask_scheduler"
UNREACHABLE = "telecom_billing.dask_unreachable"
#: Seconds until a scheduler without answer, or without any worker, is given up.
PATIENCE = 15
#: Shards on their way, for each worker.
WINDOW = 2


class ClusterError(Exception):
    """The workers cannot price. ``args``: the address, and what happened."""


@dataclasses.dataclass
class Answer:
    """What is used of ``Rated``."""

    charges: pd.DataFrame
    allowances: pd.DataFrame
    alerts: pd.DataFrame


def rate_shard(*arguments):
    """Runs on a worker."""
    from telecom_billing.rating import worker

    return worker.rate_shard(*arguments)


# Pickled by value: workers have no Odoo to import this module from.
rate_shard.__module__ = "__main__"


class Cluster:
    """Workers behind a scheduler. Use as a context manager.

    :param strict: raise :class:`ClusterError`; else note it in ``fault`` and answer None
    """

    def __init__(self, address: str, data: dict, strict: bool):
        self.address, self.strict = address, strict
        self.fault: str | None = None
        self._packed = worker.pack(data)
        self._client: typing.Any = None
        self.window = 1

    def __enter__(self) -> Cluster:
        try:
            import distributed
        except ImportError:
            self._give_up("the library distributed is not installed; install the extra dask")
            return self
        try:
            self._client = distributed.Client(
                self.address, timeout=PATIENCE, set_as_default=False, name="telecom-billing"
            )
            self._client.wait_for_workers(1, timeout=PATIENCE)
            self.window = WINDOW * max(len(self._workers()), 1)
        except (OSError, TimeoutError, ValueError) as error:
            self._give_up(str(error) or type(error).__name__)
        return self

    def __exit__(self, *_error) -> None:
        self._close()

    def _close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(OSError, TimeoutError):
                client.close(timeout=PATIENCE)

    def _workers(self) -> dict:
        return self._client.scheduler_info(n_workers=-1)["workers"]

    def _give_up(self, what: str) -> None:
        self.fault = what
        _logger.warning("Dask scheduler %s: %s", self.address, what)
        self._close()
        if self.strict:
            raise ClusterError(self.address, what)

    def start(self, pricing: Pricing, facts: pa.Table) -> typing.Any:
        """Have a shard priced; None where nothing is to be priced there."""
        if self._client is None:
            return None
        chosen = rateable(facts)
        if not chosen.num_rows:
            return None
        usage = pricing.frame(chosen)
        try:
            return self._client.submit(
                rate_shard,
                worker.fingerprint(),
                self._packed,
                usage,
                pricing.before.of(chosen),
                pure=False,
            )
        except (OSError, TimeoutError, RuntimeError) as error:
            self._give_up(str(error) or type(error).__name__)
            return None

    def result(self, future: typing.Any) -> Answer | None:
        """What a worker found; None: price it here."""
        if future is None or self._client is None:
            return None
        done = threading.Event()
        future.add_done_callback(lambda _future: done.set())
        try:
            while not done.wait(PATIENCE):
                if not self._workers():
                    raise TimeoutError("no worker is left")
            frames = future.result(timeout=PATIENCE)
            return Answer(**frames) if frames else None
        except Exception as error:  # whatever a worker, or the way to it, may raise
            self._give_up(f"{type(error).__name__}: {error}")
            return None


def of_settings(env, data: dict) -> Cluster | None:
    """The cluster that the settings name, for a tariff book; None where they name none."""
    settings = env["ir.config_parameter"].sudo()
    address = (settings.get_param(ADDRESS) or "").strip()
    if not address:
        return None
    return Cluster(address, data, settings.get_param(UNREACHABLE) == "error")
