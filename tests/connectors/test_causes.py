# SPDX-License-Identifier: AGPL-3.0-or-later
import doctest
import socket

import pytest

from connectors import causes
from connectors.causes import cause
from connectors.http import Http
from connectors.reasons import TransportError
from connectors.retry import Patience
from connectors.transports import ftps, imap, sftp

ONCE = Patience(attempts=1)


@pytest.fixture
def closed():
    """A port of this machine that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]


@pytest.mark.parametrize("way", [ftps.Ftps, imap.Imap, sftp.Sftp])
def test_every_way_says_why_it_was_not_reached(way, closed):
    options = {"host": "127.0.0.1", "port": closed, "user": "carl", "password": "geheim-4711"}
    with pytest.raises(TransportError) as caught, way(options, patience=ONCE):
        pass
    assert "(Connection refused); check address and network." in str(caught.value)
    assert caught.value.code == "failed" and caught.value.away
    assert "geheim" not in str(caught.value)


def test_http_says_it_without_the_query(closed):
    with pytest.raises(TransportError) as caught:
        Http(patience=ONCE).json("GET", f"http://127.0.0.1:{closed}/x?token=geheim-4711")
    assert caught.value.values["cause"] == "Connection refused"
    assert "geheim" not in str(caught.value)


def test_what_no_system_says():
    assert cause(ValueError("https://x?token=geheim")) == "ValueError"
    assert cause(ValueError("421 too many"), own=True) == "421 too many"
    assert cause(EOFError(), own=True) == "EOFError"


def test_doctests():
    assert doctest.testmod(causes).failed == 0
