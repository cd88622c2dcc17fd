"""Wiring."""

import httpx

from chassis.app import App, Context
from chassis.settings import Settings
from services.notify.adapters.contacts import IntakeContacts
from services.notify.adapters.delivery import Carriers, Delivery
from services.notify.adapters.mail import Mail, read_smtp_url
from services.notify.adapters.outbox import Outbox
from services.notify.adapters.sms import SmsGateway
from services.notify.adapters.writing import Writer
from services.notify.handlers import service


def build(context: Context) -> App:
    """Put notify together."""
    settings = context.settings
    # Personal data takes no detour: whatever proxy the environment names is not for intake.
    client = httpx.AsyncClient(timeout=10, mounts={settings.address_of_intake: None})
    contacts = IntakeContacts(client, settings.address_of_intake, settings.service_token)
    folders = _folders(settings)
    live = {**folders, **_carriers(settings, client)}
    writer = Writer.shipped()
    delivery = Delivery(contacts, writer, live, folders)

    async def prepare() -> None:
        writer.load()

    return App(service(delivery.perform), prepare=prepare, close=client.aclose)


def _folders(settings: Settings) -> Carriers:
    return {medium: Outbox(settings.outbox, medium, settings.smtp_sender) for medium in ("email", "sms", "counter")}


def _carriers(settings: Settings, client: httpx.AsyncClient) -> Carriers:
    """What the environment sets; the rest goes to the outbox folder."""
    mail: Carriers = {"email": Mail(read_smtp_url(settings.smtp), settings.smtp_sender)} if settings.smtp else {}
    sms: Carriers = {"sms": SmsGateway(client, settings.sms)} if settings.sms else {}
    return {**mail, **sms}
