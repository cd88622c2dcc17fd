#!/bin/sh
# Start mongod as a replica set of one. Its members know each other by a key file; the only member makes a new one
# at every start.
set -eu
umask 077
head -c 756 /dev/urandom | base64 -w 0 > /tmp/keyfile
# A service that is killed leaves its transaction open; nobody can save its dossiers until the server ends it.
exec docker-entrypoint.sh mongod --replSet rs0 --keyFile /tmp/keyfile --bind_ip_all \
    --setParameter transactionLifetimeLimitSeconds=5
