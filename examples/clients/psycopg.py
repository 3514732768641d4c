"""Writes ids from 1 up into the table notes for SECONDS: psycopg.py SECONDS

DATABASE_URL is of the proxy, or of all coordinators with target_session_attrs (`citus-ha uri --hosts`). Prints "ok ID" for
what was acknowledged, "again ID" for a write that had to be sent again. psycopg 3 reads the same but for its name.
"""

import os
import sys
import time

import psycopg2

INSERT = "INSERT INTO notes VALUES ('psycopg', %s) ON CONFLICT DO NOTHING"
# A server that is gone without a word is noticed in seconds.
GONE = {"connect_timeout": 2, "tcp_user_timeout": 5000, "keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 3}


def connected():
    connection = psycopg2.connect(os.environ["DATABASE_URL"], **GONE)
    connection.autocommit = True
    return connection


def write(connection, number):
    """Writes until it is acknowledged, on a new connection after each failure: sent twice it is there once."""
    deadline = time.monotonic() + 30
    failed = False
    while True:
        try:
            connection = connection or connected()
            with connection.cursor() as cursor:
                cursor.execute(INSERT, (number,))
            return connection
        # A leader that was demoted says that it is read-only.
        except (psycopg2.OperationalError, psycopg2.InterfaceError, psycopg2.errors.ReadOnlySqlTransaction):
            if time.monotonic() > deadline:
                raise
            if not failed:
                print(f"again {number}", flush=True)
            failed = True
            if connection:
                connection.close()
            connection = None
            time.sleep(0.1)


def main():
    end = time.monotonic() + float(sys.argv[1])
    connection, number = None, 0
    while time.monotonic() < end:
        number += 1
        connection = write(connection, number)
        print(f"ok {number}", flush=True)
        time.sleep(0.01)


main()
