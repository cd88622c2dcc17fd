"""Text messages, through a gateway that takes JSON over HTTP."""

import httpx

from contracts.notify import Medium
from services.notify.adapters.carrier import CarrierError, Parcel

_MENDABLE = {401, 403, 404, 408, 425, 429}
"""Refusals that time or the operator mends: login, address of the gateway, haste."""


class SmsGateway:
    """POSTs {to, text, idempotency_key}; the key is also a header, as gateways differ."""

    medium: Medium = "sms"

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url

    async def send(self, parcel: Parcel) -> None:
        """See Carrier."""
        order = {"to": parcel.to, "text": parcel.short, "idempotency_key": parcel.message_id}
        try:
            answer = await self._client.post(self._url, json=order, headers={"Idempotency-Key": parcel.message_id})
        except httpx.HTTPError as error:
            raise CarrierError(f"sms: {type(error).__name__}", down=True) from None
        if not answer.is_success:
            permanent = answer.is_client_error and answer.status_code not in _MENDABLE
            raise CarrierError(f"sms: HTTP {answer.status_code}", permanent=permanent)
