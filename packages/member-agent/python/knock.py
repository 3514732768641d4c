"""
Says whether anybody serves PostgreSQL at an address: knock.py ADDRESS PORT SECONDS prints "heard" or "silent".

A refusal is an answer too: by one who is gone nobody is kept waiting.
"""

import socket
import sys


def hears(address, port, seconds):
    try:
        with socket.create_connection((address, port), seconds) as server:
            # Told nothing, it ends the connection.
            server.shutdown(socket.SHUT_WR)
            server.recv(1)
        return True
    except (ConnectionRefusedError, ConnectionResetError, BrokenPipeError):
        return True
    except OSError:
        return False


if __name__ == "__main__":
    print("heard" if hears(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])) else "silent")
