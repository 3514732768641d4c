#!/bin/sh
# Becomes the member's program, which so is PID 1: when it ends, the kernel ends all of the member.
set -eu

# Compose mounts files that belong to whoever rendered them. As root they are copied for the member's user, as whom it goes on.
if [ "$(id -u)" = 0 ]; then
  find /citus-ha/files -type f | while read -r file; do
    install -D --owner=999 --group=999 --mode=0600 "${file}" "${file#/citus-ha/files}"
  done
  exec setpriv --reuid=999 --regid=999 --clear-groups --no-new-privs "$0" "$@"
fi

# A pid file or socket of an earlier life names nobody of this one.
rm -rf /run/citus-ha/* 2>/dev/null || true

exec "$@"
