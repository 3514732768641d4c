#!/bin/sh
# Closes etcd to strangers: sends the requests of a file, a line each with path and body, until etcd has taken all of them.
# Can be repeated. Passwords are in files and pipes only, never in a command line or an environment.
set -eu
umask 077

requests=/etc/etcd/access
closed=/run/citus-ha/closed
token=/run/citus-ha/token

send() {
  printf '%s' "$2" | curl --silent --max-time 5 --header "@${token}" --data-binary @- "http://127.0.0.1:2379$1" || echo '"error": no answer'
}

# As root once etcd is closed; until then it needs no login.
send_all() {
  : >"${token}"
  while read -r path body; do
    answer="$(send "${path}" "${body}")"
    case "${path} ${answer}" in
      /v3/auth/authenticate*'"token":'*) printf '%s' "${answer}" | sed 's/.*"token":"\([^"]*\)".*/Authorization: \1/' >"${token}" ;;
      *'is not enabled'* | *'already exists'*) ;;
      *'"error":'*)
        echo "etcd is not closed to strangers yet: ${path} ${answer}" >&2
        return 1
        ;;
    esac
  done <"${requests}"
}

case "$1" in
  close)
    until send_all; do sleep 1; done
    rm "${token}"
    touch "${closed}"
    echo 'etcd is closed to strangers' >&2
    ;;
  healthy)
    [ ! -e "${requests}" ] || [ -e "${closed}" ]
    exec curl --fail --silent --output /dev/null http://127.0.0.1:2379/health
    ;;
esac
