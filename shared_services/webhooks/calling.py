"""One call of a webhook: to the checked address only, no redirects, not for long, and little of the answer kept."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass

from . import guard
from .models import LONGEST_RESPONSE

CONNECT_SECONDS = 5.0
WHOLE_CALL_SECONDS = 15.0
"""However slowly a receiver answers, a worker waits no longer."""
AGENT = "Guildhall-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call: a status, or why there is none."""

    status: int | None
    start: str
    error: str
    milliseconds: int

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class _Pinned(http.client.HTTPConnection):
    """Speaks to one address under the receiver's name: the certificate is the name's."""

    def __init__(self, target: guard.Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS)
        self.target, self.address = target, address

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.target.port), self.timeout)
        if self.target.is_tls:
            self.sock = _context().wrap_socket(
                self.sock, server_hostname=self.target.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def cut(self) -> None:
        """End the call from another thread."""
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def call(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """POST a body and wait for the answer. Never raises for what the receiver does or fails to do."""
    began = time.monotonic()
    status, start, error = None, "", ""
    try:
        target = guard.read_url(url)
        status, start = _post(target, guard.resolve(target), body, headers)
    except guard.AddressRefused as refusal:
        error = refusal.message
    except ssl.SSLCertVerificationError:
        error = "The receiver’s certificate is not valid for its name."
    except socket.gaierror:
        error = "The receiver’s name is not known."
    except TimeoutError:
        error = f"The receiver did not answer within {WHOLE_CALL_SECONDS:.0f} seconds."
    except ConnectionRefusedError:
        error = "The receiver refused the connection."
    except (OSError, http.client.HTTPException) as fault:
        error = f"The connection broke off ({type(fault).__name__})."
    return Answer(status, start, error[:200], int((time.monotonic() - began) * 1000))


def _post(target: guard.Target, address: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    connection = _Pinned(target, address)
    is_late = threading.Event()

    def too_late() -> None:
        is_late.set()
        connection.cut()

    watch = threading.Timer(WHOLE_CALL_SECONDS, too_late)
    watch.daemon = True
    watch.start()
    try:
        sent = {"Host": target.authority, "User-Agent": AGENT, "Content-Type": "application/json", **headers}
        connection.request("POST", target.path, body=body, headers=sent)
        answer = connection.getresponse()
        return answer.status, _readable(answer.read(LONGEST_RESPONSE))
    except (OSError, http.client.HTTPException):
        if is_late.is_set():
            raise TimeoutError from None
        raise
    finally:
        watch.cancel()
        connection.close()


def _readable(raw: bytes) -> str:
    """The beginning of an answer as text that a database takes."""
    return raw.decode("utf-8", "replace").replace("\x00", "\ufffd")[:LONGEST_RESPONSE]
