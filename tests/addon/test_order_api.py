# SPDX-License-Identifier: AGPL-3.0-or-later
"""Orders over the wire: real requests with an API key against a running server."""

import collections
import concurrent.futures
import contextlib
import copy
import datetime
import json
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import uuid

from odoo import api
from odoo.tests import TransactionCase, get_db_name, tagged

from tests.addon.test_order_document import GOOD


@tagged("post_install", "-at_install")
class TestOrderApi(TransactionCase):
    """The server works on the tests' database, so what it makes is committed, and removed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mark = uuid.uuid4().hex[:12]
        with cls.committed() as env:
            cls.key, cls.user_id, cls.product_id = cls.make_shop(env)
        cls.addClassCleanup(cls.remove)
        cls.port = free_port()
        cls.start_server()

    @classmethod
    @contextlib.contextmanager
    def committed(cls):
        """An environment whose work is committed at the end."""
        with contextlib.closing(cls.registry.cursor()) as cr:
            yield api.Environment(cr, api.SUPERUSER_ID, {})
            cr.commit()

    @classmethod
    def make_shop(cls, env):
        user = env["res.users"].create(
            {
                "name": "Web shop",
                "login": f"shop-{cls.mark}",
                "group_ids": [(6, 0, env.ref("telecom_billing.group_telecom_user").ids)],
            }
        )
        product = env["product.product"].create(
            {"name": "Flat", "default_code": f"FLAT-{cls.mark}", "telecom_product": True}
        )
        keys = env(user=user)["res.users.apikeys"]
        until = datetime.datetime.now() + datetime.timedelta(hours=1)
        return keys._generate(scope="rpc", name="test", expiration_date=until), user.id, product.id

    @classmethod
    def remove(cls):
        with cls.committed() as env:
            orders = env["telecom.order"].search([("name", "=like", f"{cls.mark}%")])
            contracts, partners = orders.contract_id, orders.partner_id
            contracts.contract_line_ids.telecom_number_ids.unlink()
            orders.unlink()
            contracts.unlink()
            partners.bank_ids.mandate_ids.unlink()
            (partners.child_ids | partners).unlink()
            env["product.product"].browse(cls.product_id).unlink()
            env["res.users"].browse(cls.user_id).unlink()

    @classmethod
    def start_server(cls):
        command = [sys.executable, "-m", "odoo", "server", "-d", get_db_name()]
        command += ["--http-interface", "127.0.0.1", "--http-port", str(cls.port)]
        command += ["--max-cron-threads", "0"]
        server = subprocess.Popen(command, env=os.environ, stderr=subprocess.PIPE, text=True)
        cls.addClassCleanup(stop, server)
        wait_for(server)

    # ------------------------------------------------------------------ requests
    def order(self, name, **changes):
        order = copy.deepcopy(GOOD) | changes
        order["order_id"] = f"{self.mark}-{name}"
        order["lines"] = [{"product": f"FLAT-{self.mark}", "price": "9.95"}]
        return order

    def post(self, order, key=None):
        """(status, parsed answer) of a call to submit."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/json/2/telecom.order/submit",
            data=json.dumps({"order": order}).encode(),
            headers={
                "Authorization": f"bearer {key or self.key}",
                "Content-Type": "application/json",
                "X-Odoo-Database": get_db_name(),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    # ------------------------------------------------------------------ tests
    def test_an_order_and_the_same_again(self):
        status, first = self.post(self.order("A"))
        self.assertEqual(status, 200, first)
        self.assertEqual(first["order_id"], f"{self.mark}-A")
        self.assertTrue(first["created"])
        self.assertTrue(first["contract_number"])
        self.assertEqual(self.post(self.order("A")), (200, first | {"created": False}))

    def test_a_bad_order_is_answered_with_its_faults(self):
        order = self.order("B", ordered_at="yesterday")
        order["lines"][0]["price"] = 9.95
        status, answer = self.post(order)
        self.assertEqual(status, 422)
        self.assertEqual(
            [(fault["path"], fault["code"]) for fault in answer["context"]["faults"]],
            [("ordered_at", "datetime"), ("lines[0].price", "amount")],
        )
        with self.committed() as env:
            self.assertFalse(env["telecom.order"].search([("name", "=", order["order_id"])]))

    def test_a_wrong_key_is_refused(self):
        status, _answer = self.post(self.order("C"), key="0" * 40)
        self.assertEqual(status, 401)

    def test_the_same_order_from_many_callers_at_once_makes_one_contract(self):
        order = self.order("D")
        with concurrent.futures.ThreadPoolExecutor(6) as callers:
            answers = [callers.submit(self.post, order) for _i in range(6)]
        results = [answer.result() for answer in answers]
        self.assertEqual({status for status, _answer in results}, {200}, results)
        self.assertEqual(sorted(answer["created"] for _s, answer in results), [False] * 5 + [True])
        self.assertEqual(len({answer["contract_id"] for _status, answer in results}), 1)
        with self.committed() as env:
            orders = env["telecom.order"].search([("name", "=", order["order_id"])])
            self.assertEqual(len(orders), 1)
            number = orders.partner_id.search_count([("name", "=", orders.partner_id.name)])
            self.assertEqual(
                number,
                len(env["telecom.order"].search([("name", "=like", f"{self.mark}%")]).partner_id),
            )

    def test_of_many_orders_for_one_number_at_once_one_gets_it(self):
        number = {"number": f"+49 30 {int(self.mark, 16) % 10**7:07}", "kind": "single"}
        orders = [self.order(f"N{i}") for i in range(4)]
        for order in orders:
            order["lines"][0]["numbers"] = [number]
        with concurrent.futures.ThreadPoolExecutor(4) as callers:
            results = list(callers.map(self.post, orders))
        self.assertEqual(sorted(status for status, _answer in results), [200, 422, 422, 422])
        faults = [answer["context"]["faults"] for status, answer in results if status == 422]
        self.assertEqual(
            {(fault["path"], fault["code"]) for (fault,) in faults},
            {("lines[0].numbers[0].number", "refused")},
        )


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(server):
    """Until the server says that it listens; what it says later is thrown away."""
    log = []
    for line in server.stderr:
        log.append(line)
        if "Registry loaded" in line:
            threading.Thread(target=collections.deque, args=(server.stderr, 0), daemon=True).start()
            return
    raise AssertionError("".join(log))


def stop(process):
    process.terminate()
    process.wait(30)
