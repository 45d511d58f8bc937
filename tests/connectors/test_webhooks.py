# SPDX-License-Identifier: AGPL-3.0-or-later
import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from connectors.reasons import SettingsError
from connectors.webhooks import PRESETS, WebhookError, answer, verify

NOW = 1788249600
BODY = b'{"idempotencyKey": "k-1", "data": {"id": "d-1"}}'


def sign(text, digest="sha256", key=b"geheim"):
    return hmac.new(key, text, getattr(hashlib, digest))


def test_hmac_in_hexadecimal_and_base64():
    given = {"X-Signature": sign(BODY).hexdigest()}
    assert verify({"secret": "geheim"}, given, BODY) == hashlib.sha256(BODY).hexdigest()
    given = {"x-signature": base64.b64encode(sign(BODY, "sha512").digest()).decode()}
    assert verify({"secret": "geheim", "digest": "sha512", "id_path": "data.id"}, given, BODY) == (
        "d-1"
    )


@pytest.mark.parametrize(
    "header",
    ["", sign(BODY, key=b"falsch").hexdigest(), sign(BODY + b" ").hexdigest(), "00", "zzz", "é"],
)
def test_what_is_not_signed_rightly_is_not_taken(header):
    with pytest.raises(WebhookError):
        verify({"secret": "geheim"}, {"X-Signature": header}, BODY)


def test_a_time_that_is_signed_must_be_fresh():
    zoom = PRESETS["zoom"] | {"secret": "geheim"}
    signed = f"v0:{NOW}:".encode() + BODY
    given = {
        "x-zm-signature": "v0=" + sign(signed).hexdigest(),
        "x-zm-request-timestamp": str(NOW),
    }
    assert verify(zoom, given, BODY, now=NOW + 299)
    for now in (NOW + 301, NOW - 301):
        with pytest.raises(WebhookError, match="older"):
            verify(zoom, given, BODY, now=now)
    with pytest.raises(WebhookError, match="wrong"):  # the time is part of what is signed
        verify(zoom, given | {"x-zm-request-timestamp": str(NOW + 300)}, BODY, now=NOW + 301)
    with pytest.raises(WebhookError, match="missing"):
        verify(zoom, {"x-zm-signature": given["x-zm-signature"]}, BODY, now=NOW)


def test_a_time_inside_the_signature():
    jaas = PRESETS["jaas"] | {"secret": "geheim"}
    digest = base64.b64encode(sign(f"{NOW}.".encode() + BODY).digest()).decode()
    given = {"X-Jaas-Signature": f"t={NOW},v1={digest}"}
    assert verify(jaas, given, BODY, now=NOW) == "k-1"
    with pytest.raises(WebhookError, match="names no time"):
        verify(jaas, {"X-Jaas-Signature": f"v1={digest}"}, BODY, now=NOW)


def jwt(header, claims, digest="sha512", key=b"geheim"):
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
             for part in (header, claims)]  # fmt: skip
    signature = sign(".".join(parts).encode(), digest, key).digest()
    return ".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=").decode()])


def test_jwt_of_bigbluebutton():
    bbb = PRESETS["bigbluebutton"] | {"secret": "geheim"}

    def check(token, now=NOW):
        return verify(bbb, {"Authorization": f"Bearer {token}"}, BODY, now=now)

    good = jwt({"alg": "HS512", "typ": "JWT"}, {"exp": NOW})
    assert check(good)
    for token in (
        jwt({"alg": "HS512"}, {}, key=b"falsch"),
        jwt({"alg": "none"}, {}),
        jwt({"alg": "RS256"}, {}),
        jwt({"alg": "HS512"}, {}, digest="sha256"),
        good[:-4] + "AAAA",
        good.rsplit(".", 1)[0] + ".",
        "a.b",
        "....",
    ):
        with pytest.raises(WebhookError):
            check(token)
    with pytest.raises(WebhookError, match="expired"):
        check(good, now=NOW + 301)


def test_ed25519_of_telnyx():
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )
    telnyx = PRESETS["telnyx"] | {"secret": base64.b64encode(public).decode()}
    signature = base64.b64encode(key.sign(f"{NOW}|".encode() + BODY)).decode()
    given = {"Telnyx-Signature-Ed25519": signature, "Telnyx-Timestamp": str(NOW)}
    assert verify(telnyx, given, BODY, now=NOW) == "d-1"
    with pytest.raises(WebhookError, match="wrong"):
        verify(telnyx, given, BODY + b" ", now=NOW)
    with pytest.raises(SettingsError, match="public key"):
        verify(telnyx | {"secret": "nonsense"}, given, BODY, now=NOW)


def test_a_fixed_token():
    token = {"kind": "token", "secret": "geheim", "header": "X-Token"}
    assert verify(token, {"X-Token": "geheim"}, BODY)
    with pytest.raises(WebhookError):
        verify(token, {"X-Token": "geheim2"}, BODY)


def test_a_secret_is_needed():
    with pytest.raises(SettingsError, match="secret"):
        verify({}, {"X-Signature": ""}, BODY)


def test_zooms_question_is_answered():
    question = {"event": "endpoint.url_validation", "payload": {"plainToken": "abc"}}
    found = json.loads(answer({"secret": "geheim"}, json.dumps(question).encode()))
    assert found == {"plainToken": "abc", "encryptedToken": sign(b"abc").hexdigest()}
    assert answer({"secret": "geheim"}, BODY) is None
    assert answer({"secret": "geheim"}, b"[") is None
