# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shards priced by real worker processes: the same to the bit, also when one of them is killed."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile

from odoo.addons.telecom_billing.charging import cluster
from odoo.addons.telecom_billing.charging import month as rating
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from tests.addon.rating_common import PERIOD, RatingCase

ROOT = pathlib.Path(__file__).parents[2]
LOGGER = "odoo.addons.telecom_billing.charging.cluster"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextlib.contextmanager
def dask(folder: str, workers: int):
    """A scheduler and workers on loopback, which know the rating core and no Odoo; yields
    (address, processes of the workers)."""
    core = pathlib.Path(folder) / "core"
    core.mkdir()
    (core / "telecom_billing").mkdir()
    (core / "telecom_billing" / "__init__.py").touch()
    (core / "telecom_billing" / "rating").symlink_to(ROOT / "telecom_billing" / "rating")
    (core / "odoo.py").write_text("raise ImportError('workers have no Odoo')\n")
    environment = {**os.environ, "PYTHONPATH": str(core)}
    address = f"tcp://127.0.0.1:{free_port()}"
    commands = [["scheduler", "--host", address, "--no-dashboard", "--no-show"]]
    commands += [
        ["worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard",
         "--no-nanny", "--local-directory", folder]
        for _worker in range(workers)
    ]  # fmt: skip
    processes = []
    try:
        for command in commands:
            with open(os.path.join(folder, f"{len(processes)}.log"), "wb") as log:
                processes.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "dask", *command],
                        env=environment,
                        cwd=folder,
                        stdout=log,
                        stderr=log,
                    )
                )
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@tagged("post_install", "-at_install")
class TestCluster(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["telecom.allowance"].create(
            {"name": "Two minutes", "tariff_id": cls.biz.id, "quantity": 2, "unit": "minute"}
        )
        for place in range(8):
            contract = cls.contract.copy({"name": f"Contract {place}"})
            cls.new_number(f"+49 221 100{place}", cls.new_line(contract, cls.biz))
        rows = [
            {"a_number": f"49221100{place}", "b_number": number, "quantity": 61 + place}
            for number in ("491512345678", "493055555", "33123456")
            for place in range(8)
        ]
        nobodys = [{"a_number": f"498912{n}", "b_number": "493055555"} for n in range(3)]
        cls.store_usage([*rows, *nobodys])
        cls.rate_month()

    def setUp(self):
        super().setUp()
        self.expected = self.snapshot()
        # 27 facts; the second call of each of the eight takes what the two minutes have left.
        self.assertEqual(len(self.expected[0]), 35)

    @classmethod
    def rate_month(cls, after_shard=None):
        """Rate everything, one contract a shard."""
        span = cls.env["telecom.rating.state"]._span(cls.company, PERIOD)
        month = rating.Month(cls.env, cls.company, span, after_shard, shard=1)
        return month.rate(everything=True)

    def use(self, address, unreachable="local"):
        settings = self.env["ir.config_parameter"]
        settings.set_param(cluster.ADDRESS, address)
        settings.set_param(cluster.UNREACHABLE, unreachable)

    @contextlib.contextmanager
    def counted(self):
        """The shards that workers priced."""
        found, result = [], cluster.Cluster.result

        def counting(own, future):
            answer = result(own, future)
            if answer is not None:
                found.append(answer)
            return answer

        self.patch(cluster.Cluster, "result", counting)
        yield found

    def test_worker_processes_give_the_same(self):
        with (
            tempfile.TemporaryDirectory() as folder,
            dask(folder, workers=2) as (address, _workers),
            self.counted() as answers,
        ):
            self.use(address)
            counts = self.rate_month()
        # Eight contracts; the three shards of nobody have nothing to price.
        self.assertEqual(len(answers), 8)
        self.assertEqual((counts.records, counts.cluster_fault), (27, None))
        self.assertEqual(self.snapshot(), self.expected)

    def test_a_worker_killed_in_the_middle(self):
        with (
            tempfile.TemporaryDirectory() as folder,
            dask(folder, workers=2) as (address, workers),
            self.counted() as answers,
        ):
            self.use(address)
            client = cluster.Cluster(address, {}, strict=True)
            with client:
                client._client.wait_for_workers(2, timeout=cluster.PATIENCE)

            def kill_one(done, total):
                if workers[0].poll() is None:
                    workers[0].send_signal(signal.SIGKILL)
                    workers[0].wait()

            counts = self.rate_month(kill_one)
        self.assertEqual(len(answers), 8)
        self.assertIsNone(counts.cluster_fault)
        self.assertEqual(self.snapshot(), self.expected)

    @mute_logger(LOGGER)
    def test_all_workers_killed(self):
        self.patch(cluster, "PATIENCE", cluster.PATIENCE)
        with (
            tempfile.TemporaryDirectory() as folder,
            dask(folder, workers=1) as (address, workers),
            self.counted() as answers,
        ):
            self.use(address)

            def kill_all(done, total):
                cluster.PATIENCE = 1
                workers[0].kill()
                workers[0].wait()

            counts = self.rate_month(kill_all)
        self.assertLess(len(answers), 8)
        self.assertIn("no worker", counts.cluster_fault)
        self.assertEqual(self.snapshot(), self.expected)

    @mute_logger(LOGGER, "distributed.comm.core", "distributed.client")
    def test_no_scheduler_there(self):
        self.patch(cluster, "PATIENCE", 1)
        address = f"tcp://127.0.0.1:{free_port()}"
        self.use(address)
        counts = self.rate_month()
        self.assertIn(address, counts.cluster_fault)
        self.assertEqual(self.snapshot(), self.expected)
        self.use(address, "error")
        with self.assertRaises(cluster.ClusterError):
            self.rate_month()

    @mute_logger(LOGGER)
    def test_the_step_tells_and_refuses(self):
        self.patch(cluster, "PATIENCE", 1)
        self.patch(rating, "SHARD", 1)
        self.patch(rating.Month.__init__, "__defaults__", (None, 1))
        address = "no address at all"
        self.use(address, "error")
        with self.assertRaisesRegex(UserError, "no address at all"):
            self.rate(everything=True)
        self.use(address)
        (counts,) = self.rate(everything=True).values()
        self.assertTrue(counts.cluster_fault)
        self.assertEqual(self.snapshot(), self.expected)
