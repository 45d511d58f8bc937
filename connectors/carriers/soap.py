# SPDX-License-Identifier: AGPL-3.0-or-later
"""SOAP services by their WSDL.

The operation is called once for each span of time; what it returns is written as JSON, one record
a line.  WSDL and messages may hold no DTD and no entities.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from connectors import tls
from connectors.carriers.rest import TIME_PATTERNS, _filled, line
from connectors.carriers.windows import WINDOWS, Windowed, base_url, shown, span, written
from connectors.formats.records import value_at
from connectors.http import Http
from connectors.reasons import SettingsError, TransportError
from connectors.retry import Patience, retrying
from connectors.settings import Setting
from connectors.transports.base import Item

if TYPE_CHECKING:
    import zeep


class Soap(Windowed):
    """Any SOAP service that lists records by time."""

    name = "soap"
    label = "SOAP service"
    help = "Lists of records that are asked for by SOAP."
    settings = (
        Setting("wsdl", "Address of the WSDL", required=True),
        Setting("service", "Service", help="Where the WSDL has several."),
        Setting("port", "Port", help="Where the service has several."),
        Setting("operation", "Operation", required=True),
        Setting(
            "arguments", "Arguments", default="{}",
            help='JSON; {from}, {to}, {user} and {secret} are filled in: {"since": "{from}"}.',
        ),
        Setting("user", "User"),
        Setting("secret", "Password", "secret"),
        Setting("basic", "Log in by HTTP (basic) as well", "bool", False),
        Setting("records", "List of the records", help="Its path in the answer."),
        Setting("time", "Times are written", default="iso", help=TIME_PATTERNS),
        tls.CA,
        Setting("interval", "Milliseconds between two requests", "int", 0),
        Setting("timeout", "Seconds until a silent server counts as lost", "int", 60),
        *WINDOWS,
    )  # fmt: skip

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        state: dict[str, Any] | None = None,
        patience: Patience | None = None,
    ) -> None:
        super().__init__(settings, state, patience)
        base_url(self.options["wsdl"])
        try:
            self._arguments = json.loads(self.options["arguments"])
        except ValueError as error:
            raise SettingsError(f"arguments: is no JSON: {error}") from None
        if not isinstance(self._arguments, dict):
            raise SettingsError("arguments: is no JSON object")
        self._zeep: zeep.Client | None = None

    def where(self) -> str:
        return f"{shown(self.options['wsdl'])} {self.options['operation']}"

    def open(self) -> None:
        import zeep  # slow to import, and only needed here
        import zeep.exceptions

        options = self.options
        self._client = http = Http(
            options["ca_file"], self.patience, options["interval"] / 1000, options["timeout"]
        )
        if options["basic"]:
            http.session.auth = (options["user"], options["secret"].reveal())
        rules = zeep.Settings(
            strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True,
            xml_huge_tree=False,
        )  # fmt: skip
        try:
            self._zeep = zeep.Client(options["wsdl"], transport=_transport(http), settings=rules)
            self._operation()
        except TransportError:
            raise
        except (zeep.exceptions.Error, AttributeError, ValueError) as error:
            raise TransportError(
                f"{self.where()}: the description of the service cannot be used "
                f"({_first_line(error)}); check the address.",
                False,
            ) from None

    def close(self) -> None:
        super().close()
        self._zeep = None

    def read(self, item: Item, target: BinaryIO, offset: int = 0) -> None:
        import zeep.exceptions
        import zeep.helpers

        begin, end = span(item)
        values = {
            "{from}": written(begin, self.options["time"]),
            "{to}": written(end, self.options["time"]),
            "{user}": self.options["user"],
            "{secret}": self.options["secret"].reveal(),
        }
        arguments = _fill(self._arguments, values)
        try:
            answer = retrying(lambda: self._operation()(**arguments), self.patience)
        except zeep.exceptions.Fault as error:
            text = _first_line(error)
            for secret in filter(None, (values["{secret}"],)):
                text = text.replace(secret, "***")
            raise TransportError(
                f"{self.where()}: the service answers “{text}”; check the arguments.", False
            ) from None
        except (zeep.exceptions.Error, TypeError, ValueError) as error:
            raise TransportError(
                f"{self.where()}: arguments or answer do not fit the service's description "
                f"({type(error).__name__}); check the arguments.",
                False,
            ) from None
        found = zeep.helpers.serialize_object(answer, dict)
        if self.options["records"]:
            found = value_at(found, self.options["records"])
        for record in found if isinstance(found, list) else [] if found is None else [found]:
            target.write(line(record))

    def _operation(self) -> Any:
        options = self.options
        if self._zeep is None:
            raise TransportError(f"{self.where()} is not connected.")
        if options["service"] or options["port"]:
            service = self._zeep.bind(options["service"] or None, options["port"] or None)
        else:
            service = self._zeep.service
        return service[options["operation"]]


def _transport(http: Http) -> Any:
    """zeep's transport over our session: verified, patient, and without secrets in faults."""
    import zeep.transports

    class Ours(zeep.transports.Transport):
        def _load_remote_data(self, url: str) -> bytes:
            return http.whole("GET", url)[1]

        def post(self, address: str, message: bytes, headers: Mapping[str, str]) -> Any:
            # a SOAP fault comes with status 500 and a body that zeep reads
            with http.stream(
                "POST", address, data=message, headers=dict(headers), answers=(500,), follow=False
            ) as response:
                response._content = b"".join(response.iter_content(1 << 16))
                return response

    return Ours(session=http.session, cache=None)


def _fill(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _filled(value, values)
    if isinstance(value, list):
        return [_fill(part, values) for part in value]
    if isinstance(value, dict):
        return {key: _fill(part, values) for key, part in value.items()}
    return value


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]
