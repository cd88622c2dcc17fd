from email.utils import getaddresses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.runtime.http.person import MAX_NAME, email_address, person_name, phone_number, takes_text
from tests.examples import examples

NAMES = [
    "Nguyễn Thị Hoa",
    "Ê Ban",
    "H'Hen Niê",
    "K' Brễ",
    "Y-Blơ Êban",
    "Rơ Châm H’Yéo",
    "Nguyễn T. Hoa",
    "J.R.R. Tolkien",
    "St. John O'Neil-d'Arcy",
    "'t Hooft",
    "Gal·la Nuñez",
    "王小明",
    "محمد علي",
    "ကျွန်ုပ်",
]
NO_NAMES = [
    "",
    "   ",
    "-",
    "evil.example",
    "t.co",
    "www.evil.example",
    "http://evil.example/a",
    "An hoa@example.vn",
    "An 0912",
    "Trúng thưởng! Bấm vào đây",
    "An\nBcc: hoa",
    "An\tBình",
    "An\u2028Bình",
    "An\u200bBình",
    "An\u202eBình",
    "An/Bình",
    "An <b>",
    "An\x00",
    "An\ud800",
    "Z\u0301\u0301\u0301\u0301\u0301algo",
    "a" * (MAX_NAME + 1),
]
NO_ADDRESSES = [
    "lan,hoa@example.org",
    "lan@example.org,hoa@example.org",
    "lan@example.org hoa@example.org",
    "lan@example.org;hoa@example.org",
    "Lan <lan@example.org>",
    "<lan@example.org>",
    "lan(hoa)@example.org",
    "friends: lan@example.org;",
    '"lan hoa"@example.org',
    "lan@[127.0.0.1]",
    "lan@localhost",
    "lan@example.org\r\nBcc: hoa@example.org",
    "lan@example.org\n",
    " lan@example.org",
    "lan\x00@example.org",
    "lần@example.org",
    "lan@example.org.",
    "lan..x@example.org",
    "a@b@example.org",
    f"{'x' * 65}@example.org",
    "lan@example.invalid",
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_as_it_is(name: str) -> None:
    assert person_name(name) == name


@pytest.mark.parametrize("text", NO_NAMES, ids=ascii)
def test_what_no_name_holds_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(a|write the) name") as caught:
        person_name(text)
    assert not text.strip(" -") or text not in str(caught.value)


def test_a_name_is_composed_and_its_spaces_are_single() -> None:
    assert person_name(" Nguyê\u0303n\u00a0 Thi\u0323 \u202fHoa ") == "Nguyễn Thị Hoa"


@given(st.text(max_size=40))
@settings(max_examples=examples(500), deadline=None)
def test_a_name_taken_once_is_taken_again_and_fits_one_line(text: str) -> None:
    try:
        name = person_name(text)
    except ValueError:
        return
    assert person_name(name) == name
    assert name.isprintable()
    assert not set(name) & set('@:/<>,;"\r\n0123456789')


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("lan@example.org", "lan@example.org"),
        ("Lan.Hoa+Dossier@Example.ORG", "Lan.Hoa+Dossier@example.org"),
        ("lan@ví-dụ.vn", "lan@xn--v-d-rma6749a.vn"),
        ("lan@xn--v-d-rma6749a.vn", "lan@xn--v-d-rma6749a.vn"),
    ],
)
def test_an_address_has_one_form_that_parses_to_itself_alone(text: str, address: str) -> None:
    assert email_address(text) == address
    assert email_address(address) == address
    assert getaddresses([address]) == [("", address)]


@pytest.mark.parametrize("text", NO_ADDRESSES, ids=ascii)
def test_what_is_not_one_mailbox_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(write one|an) e-mail address") as caught:
        email_address(text)
    assert not text or text.strip() not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["0912 345 678", "+84 912 345 678", "0912.345.678", "(0912) 345-678", "0912\u00a0345\u00a0678", "0084912345678"],
)
def test_a_number_has_one_form_however_it_is_written(text: str) -> None:
    assert phone_number(text) == "+84912345678"


@pytest.mark.parametrize(
    ("text", "number"), [("+1 202 555 0123", "+12025550123"), ("+82 10-1234-5678", "+821012345678")]
)
def test_a_number_of_another_country_keeps_it(text: str, number: str) -> None:
    assert phone_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "01691234567",  # eleven digits, renumbered in 2018
        "+841691234567",
        "0912 3456",
        "113",
        "call me",
        "0912345678 ext 5",
        "tel:+84912345678",
        "0912345678,0987654321",
        "0912345678/0987654321",
        "0912 345 678\n0987 654 321",
        "",
    ],
    ids=ascii,
)
def test_a_number_that_reaches_nobody_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=r"^write a phone number that is in use") as caught:
        phone_number(text)
    assert not text or text not in str(caught.value)


def test_a_text_message_reaches_mobiles_alone() -> None:
    assert [takes_text(one) for one in ("+84912345678", "+842838221234", "+8419001234")] == [True, False, False]
