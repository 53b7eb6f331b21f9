"""Listens on ports and greets each connection with what it is, and with both addresses of the connection.

Arguments: name:port:transparent ... ; prints "ready" when all listen.
"""
import socket
import sys
import threading

IP_TRANSPARENT = 19
IPV6_TRANSPARENT = 75


def listen(family, port, transparent):
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if transparent:
            server.setsockopt(socket.IPPROTO_IPV6, IPV6_TRANSPARENT, 1)
    elif transparent:
        server.setsockopt(socket.IPPROTO_IP, IP_TRANSPARENT, 1)
    server.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", port))
    server.listen(64)
    return server


def greet(server, name):
    while True:
        connection, _ = server.accept()
        local = connection.getsockname()
        peer = connection.getpeername()
        connection.sendall(f"{name} {local[0]}|{local[1]} {peer[0]}\n".encode())
        connection.close()


for argument in sys.argv[1:]:
    name, port, transparent = argument.split(":")
    for family in (socket.AF_INET, socket.AF_INET6):
        server = listen(family, int(port), transparent == "1")
        threading.Thread(target=greet, args=(server, name), daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
