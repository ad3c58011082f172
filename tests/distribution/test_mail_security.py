"""The way to the mail server is encrypted, and only one whose certificate is trusted is used."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import socket
import ssl
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from distribution.conftest import Mailbox, write_contacts
from kpi_xl.circulation.distribute import distribute
from kpi_xl.circulation.mail import PASSWORD_VARIABLE, Server, message
from kpi_xl.errors import InputError
from kpi_xl.settings.mail import mail_settings

USER, PASSWORD = "kpi@example.com", "geheim"

# aiosmtpd takes a connection that is encrypted from the start for one that is not.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of 127.0.0.1 that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now, day = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([address]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    pem, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_password)
    (folder / "key.pem").write_bytes(private)
    return folder


@contextmanager
def serving(certificate, security, *, login=True, encrypts=True):
    """A mail server on this machine; its mailbox, what clients said to it, and its settings."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    box = Mailbox()
    logins = []

    def authenticator(server, session, envelope, mechanism, given):
        logins.append((given.login.decode(), given.password.decode()))
        return AuthResult(success=given.password == PASSWORD.encode(), handled=False)

    options = {}
    if encrypts:
        key = "tls_context" if security == "starttls" else "ssl_context"
        options[key] = context
    if login:
        options |= {
            "authenticator": authenticator, "auth_required": True,
            "auth_require_tls": security == "starttls" and encrypts,
        }  # fmt: skip
    else:
        options["auth_exclude_mechanism"] = ["LOGIN", "PLAIN"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        section = {
            "host": "127.0.0.1", "port": port, "security": security,
            "user": USER, "sender": USER,
        }  # fmt: skip
        yield box, logins, section
    finally:
        controller.stop()


def send(section, password):
    settings = mail_settings(section, None)
    mail = message(settings, "a@example.com", "<1@x>", "题", "文", {"表.xlsx": b"PK"})
    waits = []
    with Server(settings, password, waits.append, lambda seconds: None) as server:
        server.send(mail)
    assert not waits


@pytest.fixture
def trusted(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_logged_in_and_sent(certificate, trusted, security):
    with serving(certificate, security) as (box, logins, section):
        send(section, PASSWORD)
        assert [address for address, _ in box.mails] == ["a@example.com"]
        assert logins == [(USER, PASSWORD)]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_wrong_password(certificate, trusted, security):
    with serving(certificate, security) as (box, logins, section):
        with pytest.raises(InputError, match=r"不让登录：535.*授权码"):
            send(section, "falsch")
        assert not box.mails
        # smtplib tries each way of logging in that the server knows, and no more.
        assert 1 <= len(logins) <= 2


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_is_not_trusted(certificate, security):
    with serving(certificate, security) as (box, logins, section):
        with pytest.raises(InputError, match="证书不可信"):
            send(section, PASSWORD)
        assert not box.mails
        assert not logins


def test_a_certificate_of_another_host(certificate, trusted):
    with serving(certificate, "starttls") as (box, logins, section):
        with pytest.raises(InputError, match="证书不可信"):
            send(section | {"host": "localhost"}, PASSWORD)
        assert not (box.mails or logins)


def test_no_encryption_no_mail(certificate, trusted):
    """A server without STARTTLS is not written to in plain text."""
    with serving(certificate, "starttls", encrypts=False) as (box, logins, section):
        with pytest.raises(InputError, match=r"不肯加密.*没有登录，也没有发出邮件"):
            send(section, PASSWORD)
        assert not (box.mails or logins)


def test_tls_to_a_port_without(certificate, trusted):
    with serving(certificate, "tls", encrypts=False) as (box, logins, section):
        with pytest.raises(InputError, match=r"端口 \d+ 没有加密"):
            send(section, PASSWORD)
        assert not (box.mails or logins)


def test_a_server_without_login(certificate, trusted):
    with serving(certificate, "starttls", login=False) as (box, _, section):
        with pytest.raises(InputError, match="没有可用的登录方式"):
            send(section, PASSWORD)
        assert not box.mails


def test_a_distribution_over_starttls(project, certificate, trusted, monkeypatch):
    """Everybody gets one; with a wrong password nobody, and the next run goes on."""
    deliveries = distribute(project, "主管日程", "2024-06", dry_run=True).deliveries
    write_contacts(
        project, [(one.recipient, "", f"u{n}@example.com") for n, one in enumerate(deliveries)]
    )
    with serving(certificate, "starttls") as (box, _, section):
        lines = (
            f"{key} = {value if key == 'port' else repr(value)}" for key, value in section.items()
        )
        file = project.folder / "kpi.toml"
        text = re.sub(r"(?ms)^\[mail\].*?(?=^\[|\Z)", "", file.read_text(encoding="utf-8"))
        file.write_text(text + "\n[mail]\n" + "\n".join(lines) + "\n", encoding="utf-8")
        mailed = type(project).open(project.folder)
        monkeypatch.setenv(PASSWORD_VARIABLE, "falsch")
        with pytest.raises(InputError, match="不让登录"):
            distribute(mailed, "主管日程", "2024-06", mail=True)
        assert not box.mails
        monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
        done = distribute(mailed, "主管日程", "2024-06", mail=True)
        assert done.mailed.sent == len(deliveries) == len(box.mails)
