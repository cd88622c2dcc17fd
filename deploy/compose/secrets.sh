#!/bin/sh
# Write .env with fresh random secrets for docker-compose.yml; an existing .env is left as it is.
set -eu
cd "$(dirname "$0")/../.."

if [ -e .env ]; then
    echo ".env is there already; delete it to get new secrets" >&2
    exit 1
fi

random() {
    # Letters and digits only: the passwords stand in URLs.
    head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}

umask 077
partial=.env.partial
for name in MONGO_ROOT INTAKE ROUTING SLA RATING NOTIFY; do
    echo "LIENTHONG_${name}_PASSWORD=$(random)"
done > "$partial"
echo "LIENTHONG_SERVICE_TOKEN=$(random)" >> "$partial"
mv "$partial" .env
echo "secrets written to .env"
