"""Wiring."""

import httpx

from chassis.runtime.app import App, Context
from chassis.runtime.settings import Settings
from domain.procedures import load_catalogue, load_directory
from services.notify.adapters.contacts import IntakeContacts
from services.notify.adapters.delivery import Carriers, Delivery
from services.notify.adapters.digest import Digests
from services.notify.adapters.mail import Mail, read_sender, read_smtp_url
from services.notify.adapters.names import Names
from services.notify.adapters.outbox import Outbox
from services.notify.adapters.pdf import Press
from services.notify.adapters.sms import SmsGateway
from services.notify.adapters.writing import Writer
from services.notify.service import service


def build(context: Context) -> App:
    """Put notify together."""
    settings = context.settings
    # Personal data takes no detour: whatever proxy the environment names is not for intake.
    client = httpx.AsyncClient(timeout=10, mounts={settings.address_of_intake: None})
    contacts = IntakeContacts(client, settings.address_of_intake, settings.service_token)
    folders = _folders(settings)
    live = {**folders, **_carriers(settings, client)}
    directory = load_directory()
    names = Names(directory, load_catalogue(directory=directory))
    writer = Writer(names, Press(), marks=not settings.sms_unaccented)
    delivery = Delivery(contacts, writer, Digests(directory, names), live, folders)

    async def prepare() -> None:
        writer.load()

    async def close() -> None:
        await delivery.close()
        await client.aclose()

    return App(service(delivery.perform), prepare=prepare, close=close)


def _folders(settings: Settings) -> Carriers:
    sender = read_sender(settings.smtp_sender)
    return {medium: Outbox(settings.outbox, medium, sender) for medium in ("email", "sms", "counter")}


def _carriers(settings: Settings, client: httpx.AsyncClient) -> Carriers:
    """What the environment sets; the rest goes to the outbox folder."""
    sender = read_sender(settings.smtp_sender)
    mail: Carriers = {"email": Mail(read_smtp_url(settings.smtp), sender)} if settings.smtp else {}
    sms: Carriers = {"sms": SmsGateway(client, settings.sms)} if settings.sms else {}
    return {**mail, **sms}
