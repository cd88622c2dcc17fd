#!/bin/sh
# Python 3.11's email package folds a long Vietnamese subject so that a space is lost: it puts the space between two
# encoded words, where RFC 2047 (6.2) has every reader drop it. aiosmtplib 5.1.3 folds every EmailMessage so.
#
# Seen with CPython 3.11.7 and aiosmtplib 5.1.3:
#   written: Thay đổi thời điểm hẹn trả kết quả hồ sơ H29.16.01-260105-0000
#   decoded: Thay đổi thời điểm hẹn trả kếtquả hồ sơ H29.16.01-260105-0000
# The older email.header.Header, beside it, keeps the space. Ends with 1 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/env"
"$folder/env/bin/pip" --quiet --disable-pip-version-check install aiosmtplib==5.1.3
"$folder/env/bin/python" - <<'END'
import email
import email.policy
import sys
from email.header import Header
from email.message import EmailMessage

from aiosmtplib.email import flatten_message

WRITTEN = "Thay đổi thời điểm hẹn trả kết quả hồ sơ H29.16.01-260105-0000"
mail = EmailMessage()
mail["Subject"] = WRITTEN
mail.set_content("x")


def decoded(content: bytes) -> str:
    return email.message_from_bytes(content, policy=email.policy.default)["Subject"]


newer = decoded(flatten_message(mail))
older = decoded(b"Subject: " + Header(WRITTEN, "utf-8", header_name="Subject").encode().encode() + b"\n\n")
print("python ", sys.version.split()[0], "\nwritten", WRITTEN, "\nnewer  ", newer, "\nolder  ", older)
sys.exit(0 if newer == WRITTEN.replace("kết quả", "kếtquả") and older == WRITTEN else 1)
END
