"""The headers that the SuperLink demands of every request of a node.

Rules kept here:

1. Neither of these ever ends the process, which Flower's own interceptors do.
2. A clock that is wrong by more than the SuperLink tolerates is corrected by the gateway's `Date`.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.common.constant import TIMESTAMP_HEADER
from flwr.supercore.constant import FLEET_HTTP_PUBLIC_KEY_HEADER, FLEET_HTTP_SIGNATURE_HEADER
from flwr.supercore.interceptors.http.utils import add_headers
from flwr.supercore.primitives.asymmetric import sign_message
from flwr.supercore.protobuf.client import ProtobufCall, ProtobufRequestContext
from flwr.supercore.runtime_version_compatibility import RuntimeVersionMetadata


class Version:
    """Tells Flower's version, and unlike Flower's own interceptor never ends the process."""

    def __init__(self) -> None:
        metadata = RuntimeVersionMetadata.from_local_component("SuperNode").as_metadata()
        self._headers = {name: str(value) for name, value in metadata}

    def intercept(self, context: ProtobufRequestContext, call_next: ProtobufCall) -> httpx.Response:
        """Add the headers to a request."""
        add_headers(context.request, self._headers)
        return call_next(context)


class Identity:
    """Signs each request's time with the node key, as Flower's own does; corrects the clock."""

    _WORTH_CORRECTING = timedelta(seconds=2)

    def __init__(self, key: ec.EllipticCurvePrivateKey, public: bytes) -> None:
        self._key, self._public = key, b64encode(public).decode("ascii")
        self._offset = timedelta()

    def learn(self, response: httpx.Response) -> None:
        """Take the gateway's time from a refusal."""
        try:
            theirs = parsedate_to_datetime(response.headers["date"])
        except (KeyError, ValueError):
            return
        offset = theirs.replace(tzinfo=theirs.tzinfo or UTC) - datetime.now(UTC)
        self._offset = offset if abs(offset) > self._WORTH_CORRECTING else timedelta()

    def intercept(self, context: ProtobufRequestContext, call_next: ProtobufCall) -> httpx.Response:
        """Add the headers to a request."""
        timestamp = (datetime.now(UTC) + self._offset).isoformat()
        signature = sign_message(self._key, timestamp.encode("ascii"))
        add_headers(
            context.request,
            {
                FLEET_HTTP_PUBLIC_KEY_HEADER: self._public,
                TIMESTAMP_HEADER: timestamp,
                FLEET_HTTP_SIGNATURE_HEADER: b64encode(signature).decode("ascii"),
            },
        )
        return call_next(context)
