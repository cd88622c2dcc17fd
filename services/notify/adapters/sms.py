"""Text messages, through a gateway that takes JSON over HTTP."""

from urllib.parse import urlsplit

import httpx

from chassis.runtime.settings import SettingsError
from contracts.notify import Medium
from services.notify.adapters.carrier import CarrierError, Handing, Parcel

_MENDABLE = {401, 403, 404, 408, 425, 429}
"""Refusals that time or the operator mends: login, address of the gateway, haste."""


class SmsGateway:
    """POSTs {to, text, idempotency_key}; the key is also a header, as gateways differ.

    Raises:
        SettingsError: the address would send a password in clear.
    """

    medium: Medium = "sms"

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and (parts.username or parts.password):
            raise SettingsError("LIENTHONG_SMS: http:// would send user and password in clear; write https://")
        self._client = client
        self._url = url

    async def send(self, parcel: Parcel, handing: Handing) -> None:  # noqa: ARG002 - the key tells a repeat
        """See Carrier."""
        order = {"to": parcel.to, "text": parcel.short, "idempotency_key": parcel.message_id}
        try:
            answer = await self._client.post(self._url, json=order, headers={"Idempotency-Key": parcel.message_id})
        except httpx.HTTPError as error:
            raise CarrierError(f"sms: {type(error).__name__}", down=True) from None
        if not answer.is_success:
            permanent = answer.is_client_error and answer.status_code not in _MENDABLE
            raise CarrierError(f"sms: HTTP {answer.status_code}", permanent=permanent)
