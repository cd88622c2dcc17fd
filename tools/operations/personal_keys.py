"""Keys of personal data: making and rotating them, and having all rows encrypted by the newest."""

from collections.abc import Callable
from pathlib import Path

from chassis.runtime.personal.key_file import new_key_file, read_key_file, write_key_file
from chassis.runtime.personal.keys import PersonalKeyError, load_personal_keys
from chassis.runtime.personal.rewrapping import Rewrapping, rewrap
from chassis.runtime.settings import Settings, SettingsError
from services.intake.adapters.personal_data import APPLICANTS, applicant_rows
from services.rating.adapters.words import WORDS, word_rows
from tools.operations.environment import store_of

COLLECTIONS = {"intake": (APPLICANTS, applicant_rows), "rating": (WORDS, word_rows)}
"""The collection with personal data of each service that keeps some."""


def make_key_file(path: Path, kid: str) -> None:
    """Make a first key file, readable by its owner alone.

    Raises:
        SettingsError: there is a file already; its keys must not be lost.
        OSError: the folder takes no file.
    """
    if path.exists():
        raise SettingsError(f"{path} is there already, and what it encrypted needs its keys: choose another name")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_key_file(path, new_key_file(kid))


def ensure_key_file(path: Path) -> None:
    """Make a key file where there is none: the embedded stack encrypts from its first start on.

    Raises:
        OSError: the folder takes no file.
    """
    if not path.exists():
        write_key_file(path, new_key_file("first"))


def add_key(settings: Settings, kid: str) -> None:
    """Add a key-encryption key, which wraps from now on.

    Raises:
        SettingsError: no key file is set, it is unusable, or has a key of this name.
    """
    path = _path(settings)
    write_key_file(path, read_key_file(path).with_new_key(kid))


async def drop_key(settings: Settings, kid: str) -> None:
    """Drop a key-encryption key that wraps no row any more.

    Raises:
        SettingsError: no key file is set, or the key can not be dropped.
        PersonalKeyError: it still wraps rows.
    """
    path = _path(settings)
    smaller = read_key_file(path).without_key(kid)
    for name, (collection, _) in COLLECTIONS.items():
        store = store_of(settings, name)
        try:
            left = await store.database[collection].count_documents({"lock.kid": kid})
        finally:
            store.close()
        if left:
            raise PersonalKeyError(f"{kid} still wraps {left} rows of {name}: run `lienthong personal-data rotate`")
    write_key_file(path, smaller)


async def rotate(settings: Settings, on_page: Callable[[Rewrapping], None]) -> list[Rewrapping]:
    """Encrypt what is plain, and wrap by the key of now what an older one wrapped, in every store.

    Raises:
        PersonalKeyError: no key file is set.
        StoreError: a store is down. Begin again when it is back.
    """
    keys, done = load_personal_keys(settings), list[Rewrapping]()
    for name, (collection, rows) in COLLECTIONS.items():
        store = store_of(settings, name)
        try:
            done.append(await rewrap(store.database[collection], rows(keys), keys, on_page))
        finally:
            store.close()
    return done


def _path(settings: Settings) -> Path:
    if settings.kek_file is None:
        raise SettingsError(
            "set LIENTHONG_KEK_FILE to the file with the keys, or make one: `lienthong personal-data new-keys`"
        )
    return settings.kek_file
