"""A raw TCP proxy in front of the simulator that misbehaves by seed.

    proxy = FaultProxy("127.0.0.1", simulator_port, now_ms)
    proxy.begin(seed=17, rate=0.3)      three of ten requests meet a fault, always the same ones
    ... proxy.url ...
    proxy.log                           [Event]: what was asked and what was done to it

What a fault does is a method below: some answer in the server's place, so that nothing was done;
some break off before or after the work. None of them lies: what says that the work was done does
so only where it was.
"""
import collections
import json
import random
import socket
import struct
import threading

Event = collections.namedtuple("Event", "at_ms method path fault")

CHUNK = b"x" * 65536


class Gone(Exception):
    """The client closed the connection."""


def message(status, body=b"", headers=(), length=None, kind="application/json"):
    """An answer as bytes; `length` is what it says of itself."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
    head = ["HTTP/1.1 %d Whatever" % status, "Content-Type: " + kind]
    head.append("Content-Length: %d" % (len(body) if length is None else length))
    head += ["%s: %s" % pair for pair in headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def receive_message(connection, buffer):
    """Head and body of one message; `buffer` keeps what came behind it."""
    while b"\r\n\r\n" not in buffer:
        piece = connection.recv(65536)
        if not piece:
            raise Gone
        buffer += piece
    end = buffer.index(b"\r\n\r\n") + 4
    head = bytes(buffer[:end])
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(buffer) < end + length:
        piece = connection.recv(65536)
        if not piece:
            raise Gone
        buffer += piece
    body = bytes(buffer[end : end + length])
    del buffer[: end + length]
    return head, body


class Exchange:
    """One request under a fault. Each method returns whether the connection lives on."""

    def __init__(self, proxy, connection, request):
        self.proxy, self.connection, self.request = proxy, connection, request
        self.random = proxy.random

    def forward(self):
        return self.proxy.forward(self.request)

    def answer(self, *arguments, **more):
        self.connection.sendall(message(*arguments, **more))
        return True

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def pour(self, pieces):
        """Sends until the client has had enough."""
        try:
            for piece in pieces:
                self.connection.sendall(piece)
        except OSError:
            pass
        return self.reset()

    # ---- Nothing was done.

    def reset_before(self):
        return self.reset()

    def close_before(self):
        return False

    def limit(self):
        body, headers = self.random.choice(
            [
                ({}, []),
                ({}, [("Retry-After", "7")]),
                ({}, [("Retry-After", self.proxy.date(9))]),
                ({}, [("Retry-After", self.proxy.date(-9))]),
                ({}, [("Retry-After", "999999999999999999999")]),
                ({}, [("Retry-After", "-1")]),
                ({}, [("Retry-After", "x" * 5000)]),
                ({"message": "Too many requests, try again in 20 seconds"}, []),
                ({"message": "hourly API quota exceeded"}, []),
            ]
        )
        return self.answer(429, body, headers)

    def forbidden_by_quota(self):
        return self.answer(403, {"message": "Rate limit of 30 calls per minute exceeded"})

    def server_error(self):
        return self.answer(self.random.choice([502, 503]), {"message": "try later"})

    def server_error_page(self):
        page = b"<html><head><title>Bad gateway</title></head><body>\x1b[31m</body></html>"
        return self.answer(self.random.choice([502, 503, 504]), page, kind="text/html")

    def internal_error(self):
        return self.answer(500, {"code": "CO.INTERNAL", "message": "NullPointerException"})

    def unauthorised(self):
        return self.answer(401, {"code": "CO.INVALID_API_KEY", "message": "Invalid API key"})

    def login_page(self):
        return self.answer(200, b"<html><title>Sign in</title></html>", kind="text/html")

    def redirect(self):
        return self.answer(302, b"", [("Location", "http://127.0.0.1:9/elsewhere")])

    def refusal(self):
        return self.answer(
            200,
            self.random.choice(
                [
                    {"success": False},
                    {"success": 0, "message": "no"},
                    {"success": "false"},
                    {"code": "CO.INVALID_REQUEST", "message": "no"},
                ]
            ),
        )

    def bad_json(self):
        return self.answer(
            200, self.random.choice([b"{", b'{"data":[}', b"\xff\xfe", b"nul", b"[]"])
        )

    def deep_json(self):
        return self.answer(200, self.random.choice([b"[" * 200000, b'{"a":' * 100000]))

    def wrong_kind(self):
        return self.answer(self.random.choice([200, 201]), b"OK", kind="text/plain")

    def huge_body(self):
        head = message(200, b"", length=200 << 20)
        return self.pour([head, b'{"data":"'] + [CHUNK] * (200 << 4))

    def endless_headers(self):
        line = b"X-Filler: " + b"y" * 1000 + b"\r\n"
        return self.pour([b"HTTP/1.1 200 OK\r\n"] + [line] * 100000)

    def no_http(self):
        self.connection.sendall(
            self.random.choice([b"SSH-2.0-x\r\n", b"\0" * 64, b"HTTP/9 x\r\n\r\n"])
        )
        return False

    def bad_chunks(self):
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.connection.sendall(
            head + self.random.choice([b"zz\r\n", b"5\r\n{}", b"fffffffffffffffff\r\n"])
        )
        return False

    def silence(self):
        try:
            while self.connection.recv(65536):
                pass
        except OSError:
            pass
        return False

    # ---- The work was done.

    def reset_after(self):
        self.forward()
        return self.reset()

    def close_after(self):
        self.forward()
        return False

    def half_body(self):
        reply = self.forward()
        self.connection.sendall(reply[: self.random.randrange(1, len(reply))])
        return False

    def too_long_a_length(self):
        body = self.forward().split(b"\r\n\r\n", 1)[1]
        self.connection.sendall(message(200, body, length=len(body) + 10))
        return False

    def too_short_a_length(self):
        body = self.forward().split(b"\r\n\r\n", 1)[1]
        self.connection.sendall(message(200, body, length=max(len(body) - 3, 0)))
        return False

    def gateway_gave_up(self):
        self.forward()
        return self.answer(504, {"message": "upstream timed out"})

    def silence_after(self):
        self.forward()
        return self.silence()

    def bad_json_after(self):
        self.forward()
        return self.bad_json()

    def slow_bytes(self):
        reply = self.forward()
        step = max(len(reply) // 12, 1)
        for start in range(0, len(reply), step):
            self.connection.sendall(reply[start : start + step])
            self.proxy.pause.wait(0.002)
        return True


FAULTS = [
    name
    for name, value in vars(Exchange).items()
    if callable(value) and name not in ("__init__", "forward", "answer", "reset", "pour")
]

# What passes: a second attempt may go well.
PASSING = [
    "reset_before",
    "close_before",
    "limit",
    "forbidden_by_quota",
    "server_error",
    "server_error_page",
    "reset_after",
    "close_after",
    "half_body",
    "too_long_a_length",
    "gateway_gave_up",
    "silence",
    "silence_after",
    "slow_bytes",
]


class FaultProxy:
    def __init__(self, port, now_ms, date):
        self.port, self.now_ms, self.date = port, now_ms, date
        self.pause = threading.Event()
        self.begin(0, 0.0)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def begin(self, seed, rate, faults=FAULTS):
        self.random, self.rate, self.faults, self.log = random.Random(seed), rate, faults, []

    def close(self):
        self.listener.close()

    def forward(self, request):
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as server:
            server.sendall(request)
            head, body = receive_message(server, bytearray())
        return head + body

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        buffer = bytearray()
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                while self.serve_one(connection, buffer):
                    pass
            except (Gone, OSError):
                pass

    def serve_one(self, connection, buffer):
        head, body = receive_message(connection, buffer)
        method, path = head.split(b" ", 2)[:2]
        fault = self.random.choice(self.faults) if self.random.random() < self.rate else None
        self.log.append(Event(self.now_ms(), method.decode(), path.decode(), fault))
        exchange = Exchange(self, connection, head + body)
        if fault:
            return getattr(exchange, fault)()
        connection.sendall(exchange.forward())
        return True
