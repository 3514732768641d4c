#!/bin/sh
# Becomes the member's program, which so is PID 1: when it ends, the kernel ends all of the member.
set -eu

# A pid file or socket of an earlier life names nobody of this one.
rm -rf /run/citus-ha/* 2>/dev/null || true

exec "$@"
