"""
Says whether anybody serves PostgreSQL at an address: knock.py ADDRESS PORT SECONDS prints "heard", "refused" or "silent".
"""

import socket
import sys


def meaning(address, port, seconds):
    try:
        with socket.create_connection((address, port), seconds) as server:
            # Told nothing, it ends the connection.
            server.shutdown(socket.SHUT_WR)
            server.recv(1)
        return "heard"
    except ConnectionRefusedError:
        return "refused"
    except (ConnectionResetError, BrokenPipeError):
        return "heard"
    except OSError:
        return "silent"


if __name__ == "__main__":
    print(meaning(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
