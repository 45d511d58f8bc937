# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signed webhooks: whether a request is really from who it says, and which one it is.

Pure functions over headers and body; the web server around them is somebody else's.  A webhook
that is not signed is not taken.  Every check compares in constant time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from typing import Any

from connectors.formats.records import plain, value_at
from connectors.reasons import SettingsError
from connectors.settings import Secret, Setting, resolve

OTHER = ("sender", ("",))

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "sender", "Sender", "choice", "",
        (("", "Another: say how it signs"), ("bigbluebutton", "BigBlueButton"), ("jaas", "JaaS"),
         ("telnyx", "Telnyx"), ("zoom", "Zoom")),
    ),
    Setting(
        "kind", "Signature", "choice", "hmac",
        (("hmac", "HMAC over the body"), ("jwt", "JWT with a shared secret (HS256, HS384, HS512)"),
         ("ed25519", "Ed25519 over time and body"), ("token", "Fixed token in a header")),
        when=OTHER,
    ),
    Setting(
        "secret", "Shared secret, token, or public key (base64)", "secret", required=True, lines=2
    ),
    Setting("header", "Header of the signature", default="X-Signature", when=OTHER),
    Setting(
        "digest", "HMAC with", "choice", "sha256",
        (("sha256", "SHA-256"), ("sha512", "SHA-512"), ("sha1", "SHA-1 (old)")),
        when=("kind", ("hmac",)),
    ),
    Setting(
        "prefix", "What stands before the signature", help="Such as sha256= or v0=", when=OTHER
    ),
    Setting(
        "time_header", "Header of the time",
        help="Empty where the time is not signed; else it is signed with the body.",
        when=OTHER,
    ),
    Setting(
        "signed", "What is signed", default="{body}",
        help="{body}, {time}: such as v0:{time}:{body} or {time}.{body}", when=OTHER,
    ),
    Setting("tolerance", "Seconds that a request may be old", "int", 300),
    Setting("id_path", "Path of the request's own id", help="Such as idempotencyKey or data.id."),
)  # fmt: skip

PRESETS: dict[str, dict[str, Any]] = {
    "bigbluebutton": {"kind": "jwt", "header": "Authorization", "prefix": "Bearer "},
    "jaas": {
        "header": "X-Jaas-Signature", "time_header": "", "signed": "{time}.{body}",
        "id_path": "idempotencyKey", "prefix": "v1=",
    },
    "telnyx": {
        "kind": "ed25519", "header": "telnyx-signature-ed25519",
        "time_header": "telnyx-timestamp", "signed": "{time}|{body}", "id_path": "data.id",
    },
    "zoom": {
        "header": "x-zm-signature", "prefix": "v0=", "time_header": "x-zm-request-timestamp",
        "signed": "v0:{time}:{body}",
    },
}  # fmt: skip
"""Settings of known senders; the secret is added."""


def options(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with defaults, those of a known sender first; raises SettingsError."""
    preset = PRESETS.get(settings.get("sender") or "", {})
    return resolve(SETTINGS, dict(settings) | preset)


class WebhookError(Exception):
    """A request that is not taken; the text is for our log, not for the sender."""


def verify(
    settings: Mapping[str, Any],
    headers: Mapping[str, str],
    body: bytes,
    now: float | None = None,
) -> str:
    """The request's id (its own, or the hash of its body); raises WebhookError if it is not taken.

    Keep the ids that were seen: one that comes again is a repetition, and is answered as done.
    """
    chosen = options(settings)
    found = {name.lower(): value for name, value in headers.items()}
    now = time.time() if now is None else now
    given = found.get(chosen["header"].lower(), "").strip()
    if not given:
        raise WebhookError(f"the header {chosen['header']} is missing")
    stamp = _stamp(chosen, found, given)
    if chosen["kind"] == "token":
        _compare(chosen["secret"].reveal(), given.removeprefix(chosen["prefix"]))
    elif chosen["kind"] == "jwt":
        _jwt(chosen["secret"], given.removeprefix(chosen["prefix"]), now, chosen["tolerance"])
    else:
        signature = _signature(chosen, given)
        signed = _signed(chosen["signed"], stamp, body)
        if chosen["kind"] == "hmac":
            key = chosen["secret"].reveal().encode()
            digest = hmac.new(key, signed, getattr(hashlib, chosen["digest"])).digest()
            _compare(digest.hex(), signature.hex())
        else:
            _ed25519(chosen["secret"], signature, signed)
    if stamp and abs(now - _seconds(stamp)) > chosen["tolerance"]:
        raise WebhookError(f"the request is older than {chosen['tolerance']} seconds")
    return _identity(chosen["id_path"], body)


def answer(settings: Mapping[str, Any], body: bytes) -> bytes | None:
    """What a sender wants to hear before it starts (Zoom's URL validation); None for a record."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.get("event") != "endpoint.url_validation":
        return None
    token = plain(value_at(document, "payload.plainToken"))
    key = options(settings)["secret"].reveal().encode()
    coded = hmac.new(key, token.encode(), hashlib.sha256).hexdigest()
    return json.dumps({"plainToken": token, "encryptedToken": coded}).encode()


def _stamp(options: Mapping[str, Any], headers: Mapping[str, str], given: str) -> str:
    """The signed time: of its own header, or "t=" inside the signature's."""
    if options["time_header"]:
        stamp = headers.get(options["time_header"].lower(), "").strip()
        if not stamp:
            raise WebhookError(f"the header {options['time_header']} is missing")
        return stamp
    if "{time}" in options["signed"]:
        found = re.search(r"(?:^|,)\s*t=([0-9]+)", given)
        if not found:
            raise WebhookError("the signature names no time")
        return found[1]
    return ""


def _signed(template: str, stamp: str, body: bytes) -> bytes:
    before, mark, after = template.partition("{body}")
    if not mark:
        raise SettingsError("signed: must contain {body}")
    return before.replace("{time}", stamp).encode() + body + after.replace("{time}", stamp).encode()


def _signature(options: Mapping[str, Any], given: str) -> bytes:
    """The bytes of the signature, written as hexadecimal or base64."""
    parts = [part.strip() for part in given.split(",")]
    prefix = options["prefix"]
    text = next((part for part in parts if prefix and part.startswith(prefix)), parts[0])
    text = text.removeprefix(prefix)
    if re.fullmatch(r"[0-9a-fA-F]+", text) and len(text) % 2 == 0:
        return bytes.fromhex(text)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise WebhookError("the signature is unreadable") from None


def _compare(expected: str, given: str) -> None:
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise WebhookError("the signature is wrong")


def _jwt(secret: Secret, token: str, now: float, tolerance: int) -> None:
    """Check a JWT; only algorithms with a shared secret are known, "none" is not."""
    parts = token.split(".")
    if len(parts) != 3:
        raise WebhookError("the token is no JWT")
    try:
        header, claims = (json.loads(_unpadded(part)) for part in parts[:2])
        signature = _unpadded(parts[2])
    except (ValueError, RecursionError):
        raise WebhookError("the token is unreadable") from None
    names = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
    if not isinstance(header, dict) or header.get("alg") not in names:
        raise WebhookError("the token's algorithm is not one with a shared secret")
    method = getattr(hashlib, names[header["alg"]])
    key = secret.reveal().encode()
    digest = hmac.new(key, f"{parts[0]}.{parts[1]}".encode(), method).digest()
    _compare(digest.hex(), signature.hex())
    expires = claims.get("exp") if isinstance(claims, dict) else None
    if isinstance(expires, (int, float)) and now > expires + tolerance:
        raise WebhookError("the token has expired")


def _unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _ed25519(public: Secret, signature: bytes, signed: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.reveal(), validate=True))
    except (ValueError, binascii.Error):
        raise SettingsError("secret: is no Ed25519 public key in base64") from None
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        raise WebhookError("the signature is wrong") from None


def _seconds(stamp: str) -> float:
    if not stamp.isdecimal() or len(stamp) > 13:
        raise WebhookError("the time of the request is unreadable")
    return int(stamp) / (1000 if len(stamp) == 13 else 1)


def _identity(path: str, body: bytes) -> str:
    if path:
        try:
            found = plain(value_at(json.loads(body), path))
        except (ValueError, RecursionError):
            found = ""
        if found:
            return found
    return hashlib.sha256(body).hexdigest()
