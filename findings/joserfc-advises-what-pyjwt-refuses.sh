#!/usr/bin/env bash
# joserfc 1.8.0 beside PyJWT 2.15.1: who follows the one's warning makes tokens that the other does not know.
#
# joserfc warns at each token with `alg` EdDSA that this name is deprecated (RFC 9864), and is silent about its new name,
# Ed25519. A token that says Ed25519 is refused by PyJWT, with the very key that verifies the same token under the old name.
# So an issuer that obeys the warning cuts off whoever verifies by PyJWT.
#
# Needs Python 3.11. Seen on 2026-11-28 with CPython 3.11:
#
#     EdDSA: joserfc warns; PyJWT verifies it
#     Ed25519: joserfc is content; PyJWT refuses it
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check joserfc==1.8.0 PyJWT==2.15.1 cryptography==50.0.2
cat > "$folder/both.py" <<'PY'
import warnings

import jwt as pyjwt
from joserfc import jwt
from joserfc.jwk import OKPKey

key = OKPKey.generate_key("Ed25519")
public = key.as_pem(private=False)
for name in ("EdDSA", "Ed25519"):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        token = jwt.encode({"alg": name}, {"sub": "somebody"}, key, algorithms=[name])
    try:
        pyjwt.decode(token, public, algorithms=[name])
        verdict = "verifies"
    except (pyjwt.PyJWTError, NotImplementedError):
        verdict = "refuses"
    print(f"{name}: joserfc {'warns' if warned else 'is content'}; PyJWT {verdict} it")
PY
seen=$("$folder/venv/bin/python" "$folder/both.py")
echo "$seen"
if [ "$seen" != $'EdDSA: joserfc warns; PyJWT verifies it\nEd25519: joserfc is content; PyJWT refuses it' ]; then
    echo "this has changed: see the lines above" >&2
    exit 1
fi
