"""Servers of the tests that receive what the portal sends: mail over SMTP, and webhooks over HTTP. Both are real sockets."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class MailServer:
    """What was delivered, and how the next deliveries are answered ("451 ..." refuses for now)."""

    port: int = 0
    letters: list[tuple[list[str], Message]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """An SMTP server on a free port of this machine (RFC 5321, as much of it as smtplib speaks)."""
    book = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            self.say("220 mail.test ready")
            to: list[str] = []
            while line := self.rfile.readline():
                verb = line.decode("ascii", "replace").strip()
                match verb.upper().split(" ", 1)[0].split(":")[0]:
                    case "EHLO" | "HELO" | "MAIL" | "RSET" | "NOOP":
                        self.say("250 mail.test")
                    case "RCPT":
                        to.append(verb.partition("<")[2].partition(">")[0])
                        self.say("250 ok")
                    case "DATA":
                        if book.refusals:
                            self.say(book.refusals.pop(0))
                            continue
                        self.say("354 go on")
                        text = b""
                        while (part := self.rfile.readline()) != b".\r\n":
                            text += part[1:] if part.startswith(b"..") else part
                        book.letters.append((to, message_from_bytes(text)))
                        to = []
                        self.say("250 taken")
                    case "QUIT":
                        self.say("221 bye")
                        return
                    case _:
                        self.say("502 not here")

    with served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        book.port = port
        yield book


@dataclass
class Call:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpReceiver:
    """What came in, and what the next calls are answered with: (status, body, more headers)."""

    port: int = 0
    calls: list[Call] = field(default_factory=list)
    answers: list[tuple[int, bytes, dict[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/hook"

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"


@contextmanager
def http_receiver() -> Iterator[HttpReceiver]:
    """A web server on a free port of this machine that takes POSTs."""
    book = HttpReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            book.calls.append(Call(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status, text, more = book.answers.pop(0) if book.answers else (200, b"thanks", {})
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: Any) -> None:
            """The book is log enough."""

    with served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        book.port = port
        yield book


@contextmanager
def served(server: socketserver.TCPServer) -> Iterator[int]:
    """A server at work in a thread; gives its port. It ends at once: by itself it would look twice a second whether to."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
