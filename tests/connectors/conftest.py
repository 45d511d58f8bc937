# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real servers on loopback: a certificate authority of our own, a service by HTTP."""

import datetime as dt
import ipaddress
import ssl
import threading
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors import formats
from connectors.frame import check
from tests.connectors.carriers.service import Service


@dataclass
class Authority:
    """`ca`: file of the authority; `pem`: file of the server's key and certificate."""

    ca: str
    pem: str

    def server_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        return context


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signed(subject, key, issuer, issuer_key, *extensions):
    start = dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=30))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
        )
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return new_authority(tmp_path_factory.mktemp("authority"))


def new_authority(folder):
    """An authority and a server's certificate for this machine, in files of the folder."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    root = _signed(
        "Test authority", ca_key, "Test authority", ca_key,
        (x509.BasicConstraints(ca=True, path_length=0), True), (usage, True),
    )  # fmt: skip
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    server = _signed("localhost", key, "Test authority", ca_key, (names, False))
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(root.public_bytes(pem))
    (folder / "server.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + server.public_bytes(pem)
    )
    return Authority(str(folder / "ca.pem"), str(folder / "server.pem"))


SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def sample():
    """Decodes a sample file with a format: (frame, rejects, summary), checked and counted."""

    def decode(name, file, **settings):
        decoding = formats.get(name).decode(SAMPLES / file, settings)
        chunk = decoding.read()
        check(chunk.frame)
        summary = decoding.summary
        assert summary.lines == summary.data + summary.blank + summary.header + summary.trailer
        return chunk.frame, chunk.rejects, summary

    return decode


@pytest.fixture
def reasons():
    """Rejects as {line: reason}; checks that each names what to do and keeps the raw text."""

    def reasons(rejects):
        assert (rejects["message"].str.len() > 10).all()
        assert (rejects["raw"].str.len() > 0).all()
        return dict(zip(rejects["line"], rejects["reason"], strict=True))

    return reasons


@pytest.fixture
def service():
    """A service by HTTP that answers as a test tells it; `seen`: what it was asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.seen, server.trouble = [], []
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
