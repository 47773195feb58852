"""Where webhooks never go: into the network the portal stands in, whatever a name says the second time."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time

import pytest

from shared_services.messaging import public_addresses
from shared_services.tenancy.door import inside_council
from shared_services.webhooks import calling, guard, services
from tests.receivers import http_receiver


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook", "ftp://example.org/", "https://", "example.org/hook", "https://user:pw@example.org/",
        "https://example.org:22/", "https://example.org/#part", "https://exa mple.org/", "https://[::1/", "javascript:alert(1)",
        "https://example.org:99999/", "https://example.org/\r\nHost: inside", "https://a..example.org/",
        f"https://{'a' * 64}.example.org/", "https://.example.org/", "https://example.org/caf\u00e9", "https://caf\u00e9.example.org/",
        f"https://example.org/{'a' * 500}",
    ],
)  # fmt: skip
def test_an_address_that_is_no_public_https_address_is_refused_in_plain_words(url):
    with pytest.raises(guard.AddressRefused) as refusal:
        guard.read_url(url)

    assert refusal.value.message.endswith((".", "guildhall", "letters", "port 8443"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b:1::1", "2001:db8::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "fec0::1", "feff::1",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_public(address):
    assert not public_addresses.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address):
    assert public_addresses.is_public(ipaddress.ip_address(address))


def _names(monkeypatch, *answers: list[str]) -> list[int]:
    """Make every name lead to these addresses, a different list each time it is asked for."""
    asked: list[int] = []

    def resolve(host, port, *_, **__):
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(public_addresses.socket, "getaddrinfo", resolve)
    return asked


def test_a_name_any_of_whose_addresses_is_private_is_not_called(monkeypatch):
    _names(monkeypatch, ["93.184.216.34", "10.0.0.7"])

    answer = calling.call("https://inside.example/hook", b"{}", {})

    assert answer.status is None and "private network" in answer.error


def test_the_call_goes_to_the_address_that_was_checked_whatever_the_name_says_next(monkeypatch):
    asked = _names(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    reached: list[tuple[str, int]] = []

    def connect(address, *_, **__):
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(calling.socket, "create_connection", connect)
    answer = calling.call("https://rebinding.example/hook", b"{}", {})

    assert reached == [("93.184.216.34", 443)] and len(asked) == 1
    assert answer.error == "The receiver refused the connection."


def test_a_name_server_that_does_not_answer_keeps_no_worker_waiting(monkeypatch):
    asked = threading.Event()
    monkeypatch.setattr(public_addresses, "LOOK_UP_SECONDS", 0.1)
    monkeypatch.setattr(public_addresses.socket, "getaddrinfo", lambda *_, **__: asked.wait(5))

    answer = calling.call("https://slow.example/hook", b"{}", {})
    asked.set()

    assert answer.status is None and "did not answer" in answer.error
    assert answer.milliseconds < 3000


def test_a_local_server_is_reached_only_when_the_setting_names_it_with_its_port(settings):
    with http_receiver() as receiver:
        settings.WEBHOOK_LOCAL_HOSTS = frozenset()
        assert "https://" in calling.call(receiver.url, b"{}", {}).error
        settings.WEBHOOK_LOCAL_HOSTS = frozenset({"localhost:1"})
        assert "https://" in calling.call(receiver.url, b"{}", {}).error
        assert receiver.calls == []
        settings.WEBHOOK_LOCAL_HOSTS = frozenset({receiver.host})
        assert calling.call(receiver.url, b"{}", {}).status == 200


def test_redirects_are_not_followed(settings):
    with http_receiver() as receiver, http_receiver() as elsewhere:
        settings.WEBHOOK_LOCAL_HOSTS = frozenset({receiver.host, elsewhere.host})
        receiver.answers.append((307, b"", {"Location": elsewhere.url}))
        answer = calling.call(receiver.url, b"{}", {})

    assert (answer.status, answer.is_good) == (307, False)
    assert elsewhere.calls == []


def test_no_more_than_a_kilobyte_of_an_answer_is_kept(settings):
    with http_receiver() as receiver:
        settings.WEBHOOK_LOCAL_HOSTS = frozenset({receiver.host})
        receiver.answers.append((500, b"\x00\xff" + b"x" * 5_000_000, {}))
        answer = calling.call(receiver.url, b"{}", {})

    assert answer.status == 500 and len(answer.start) == 1024 and "\x00" not in answer.start


def test_a_receiver_that_drips_its_answer_is_cut_off(settings, monkeypatch):
    monkeypatch.setattr(calling, "WHOLE_CALL_SECONDS", 0.6)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings.WEBHOOK_LOCAL_HOSTS = frozenset({f"localhost:{port}"})
        ended = threading.Event()

        def drip() -> None:
            taken, _ = server.accept()
            with taken:
                try:
                    while not ended.is_set():
                        taken.sendall(b"H")
                        time.sleep(0.05)
                except OSError:
                    return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        answer = calling.call(f"http://localhost:{port}/", b"{}", {})
        ended.set()
        thread.join()

    assert answer.status is None and "did not answer within" in answer.error


def test_a_certificate_that_is_not_the_names_ends_the_call(settings, monkeypatch):
    class Refusing:
        def wrap_socket(self, sock, **_):
            sock.close()
            raise ssl.SSLCertVerificationError("self-signed")

    with http_receiver() as receiver:
        settings.WEBHOOK_LOCAL_HOSTS = frozenset({receiver.host})
        monkeypatch.setattr(calling, "_context", Refusing)
        answer = calling.call(receiver.url.replace("http://", "https://"), b"{}", {})

    assert answer.error == "The receiver’s certificate is not valid for its name."


def test_tls_is_checked_against_the_machines_authorities():
    context = calling._context()

    assert context.check_hostname and context.verify_mode == ssl.CERT_REQUIRED


def test_an_address_inside_is_refused_when_it_is_entered(northmoor, officer_in):
    administrator = officer_in(northmoor, "council_administrator")
    with inside_council(northmoor), pytest.raises(guard.AddressRefused, match="https://"):
        services.add_endpoint(
            actor=administrator, name="Metadata", url="http://169.254.169.254/latest", events=["case.started"]
        )
