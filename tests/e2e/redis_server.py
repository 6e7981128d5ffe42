"""A private Redis server for a test, a look at what it holds, and two that play a part: a server
that goes away when told, and a proxy that opens tunnels."""
import os
import shutil
import socket
import subprocess
import threading
import time
from unittest import SkipTest


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def read_reply(file):
    line = file.readline()
    kind, rest = line[:1], line[1:-2].decode()
    if kind == b"$":
        return None if rest == "-1" else file.read(int(rest) + 2)[:-2].decode()
    if kind == b"*":
        return [read_reply(file) for _ in range(int(rest))]
    if kind == b":":
        return int(rest)
    if kind == b"+":
        return rest
    raise RuntimeError("Redis answered %r" % line)


def write_command(words):
    parts = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)


class RedisServer:
    """redis-server on a port of 127.0.0.1, with TLS on another one if it is given a certificate."""

    def __init__(self, folder, password=None, certificate=None, key=None):
        if not shutil.which("redis-server"):
            raise SkipTest("there is no redis-server")
        self.password = password
        self.port = free_port()
        arguments = ["--port", self.port, "--bind", "127.0.0.1"]
        arguments += ["--save", "", "--appendonly", "no", "--dir", folder]
        if password:
            arguments += ["--requirepass", password]
        if certificate:
            self.tls_port = free_port()
            arguments += ["--tls-port", self.tls_port, "--tls-auth-clients", "no"]
            arguments += ["--tls-cert-file", certificate, "--tls-key-file", key]
            arguments += ["--tls-ca-cert-file", certificate]
        self.process = subprocess.Popen(
            ["redis-server"] + [str(one) for one in arguments], stdout=subprocess.DEVNULL
        )
        for _ in range(500):
            try:
                self.ask("PING")
                return
            except (ConnectionError, RuntimeError):
                time.sleep(0.01)
        self.stop()
        raise RuntimeError("redis-server did not start")

    def ask(self, *words):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as one:
            with one.makefile("rwb") as file:
                if self.password:
                    file.write(write_command(["AUTH", self.password]))
                file.write(write_command(words))
                file.flush()
                if self.password:
                    read_reply(file)
                return read_reply(file)

    def hash(self, key):
        flat = self.ask("HGETALL", key)
        return dict(zip(flat[::2], flat[1::2]))

    def stop(self):
        self.process.kill()
        self.process.wait()


class Server:
    """Takes connections on 127.0.0.1 until it is stopped, each in a thread."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.clients = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.clients.append(client)
            threading.Thread(target=self.serve_quietly, args=(client,), daemon=True).start()

    def serve_quietly(self, client):
        try:
            self.serve(client)
        except OSError:
            pass
        finally:
            client.close()

    def stop(self):
        self.listener.close()
        for client in self.clients:
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class MortalRedis(Server):
    """Lets `calls` calls through and is then never seen again."""

    def __init__(self, calls):
        super().__init__()
        self.left = calls

    def serve(self, client):
        with client.makefile("rwb") as file:
            while True:
                command = read_reply(file)
                if command[0] == "PING":
                    file.write(b"+PONG\r\n")
                elif command[0] == "HMGET":
                    file.write(b"*3\r\n$-1\r\n$-1\r\n$-1\r\n")
                elif self.left:
                    self.left -= 1
                    file.write(b"*2\r\n:1\r\n$1\r\n1\r\n")
                else:
                    self.stop()
                    return
                file.flush()


class Proxy(Server):
    """CONNECT; the hosts asked for are kept."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def serve(self, client):
        with client.makefile("rb", buffering=0) as file:
            self.asked.append(file.readline().split()[1].decode())
            while file.readline().strip():
                pass
        host, port = self.asked[-1].rsplit(":", 1)
        with socket.create_connection((host, int(port))) as server:
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            threading.Thread(target=self.copy, args=(server, client), daemon=True).start()
            self.copy(client, server)

    def copy(self, source, target):
        try:
            while data := source.recv(4096):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def make_certificate(folder, name):
    """Self-signed, good for `name` ("DNS:localhost", "IP:0.0.0.0"); paths of it and of its key."""
    paths = [os.path.join(folder, "own" + end) for end in (".pem", ".key")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        + ["-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=" + name]
        + ["-out", paths[0], "-keyout", paths[1]],
        check=True,
        capture_output=True,
    )
    return paths
