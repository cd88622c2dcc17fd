"""Wiring."""

from functools import partial

import httpx

from chassis.runtime.app import App, Context
from chassis.runtime.personal.erasures import Erasures
from chassis.runtime.settings import read_environment
from chassis.runtime.states import States
from domain.procedures import load_catalogue, load_directory
from services.notify.adapters.contacts import IntakeContacts
from services.notify.adapters.delivery import Carriers, Delivery
from services.notify.adapters.digest import Digests
from services.notify.adapters.erasing import Forgetter, SpoolEraser
from services.notify.adapters.mail import Mail, Sender, read_sender, read_smtp_url
from services.notify.adapters.mail_spool import MailSpool, forget
from services.notify.adapters.names import Names
from services.notify.adapters.pdf import PdfRenderer
from services.notify.adapters.sms import SmsGateway
from services.notify.adapters.writing import Writer
from services.notify.service import service
from services.notify.settings import NotifySettings, mail_spool

HTTP_SECONDS = 10
"""The longest wait for intake or the SMS gateway. If it were shorter, a busy gateway would be asked twice for one
message; if it were longer, a dead one would hold up the dossiers of a whole batch."""


def build(context: Context) -> App:
    """Put notify together.

    Raises:
        SettingsError: a setting of notify is unusable; says which and what to set.
    """
    shared, own = context.settings, read_environment(NotifySettings)
    sender = read_sender(own.smtp_sender)
    # Personal data takes no detour: whatever proxy the environment names is not for intake.
    client = httpx.AsyncClient(timeout=HTTP_SECONDS, mounts={shared.address_of_intake: None})
    contacts = IntakeContacts(client, shared.address_of_intake, context.access.own)
    spool: Carriers = {
        medium: MailSpool(mail_spool(shared.home), medium, sender) for medium in ("email", "sms", "counter")
    }
    live = {**spool, **_carriers(own, sender, client)}
    directory = load_directory()
    names = Names(directory, load_catalogue(directory=directory))
    writer = Writer(names, PdfRenderer(), marks=not own.sms_unaccented)
    forgets = partial(forget, mail_spool(shared.home))
    delivery = Delivery(contacts, writer, Digests(directory, names), live, spool)
    notify = service(Forgetter(forgets, delivery.perform).perform)
    eraser = SpoolEraser(States(notify, context.store), forgets)
    erasures = Erasures(shared.bus, context.store.database, eraser.apply)

    async def prepare() -> None:
        writer.load()
        await erasures.catch_up()

    async def close() -> None:
        await delivery.close()
        await client.aclose()

    return App(notify, prepare=prepare, close=close)


def _carriers(own: NotifySettings, sender: Sender, client: httpx.AsyncClient) -> Carriers:
    """Name the carriers that the environment sets; the other media go to the mail spool."""
    mail: Carriers = {"email": Mail(read_smtp_url(own.smtp), sender)} if own.smtp else {}
    sms: Carriers = {"sms": SmsGateway(client, own.sms)} if own.sms else {}
    return {**mail, **sms}
