"""A throw-away certificate authority for one start of the stack, and one certificate for all that listens on loopback.

The authority's key is used once and never written. Whoever trusts ``trusted`` trusts this stack alone, for as long
as it may run; nothing is ever put into a trust store of the machine.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFE = timedelta(days=30)
_EARLIER = timedelta(minutes=5)
"""Clocks of one machine agree, but what is written as "now" may be read as "not yet" when it is rounded."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """Three PEM files: the authority that clients trust, and what servers show and sign with."""

    trusted: Path
    shown: Path
    key: Path

    @classmethod
    def of(cls, state: Path) -> Certificates:
        """Where the certificates of a stack lie, whether they have been made or not."""
        folder = state / "certificates"
        return cls(folder / "authority.pem", folder / "server.pem", folder / "server.key")

    def make(self, addresses: Sequence[str]) -> None:
        """Make new ones for `localhost` and these IP addresses, in the place of those of an earlier start."""
        self.trusted.parent.mkdir(parents=True, exist_ok=True)
        authority_key, own_key = _new_key(), _new_key()
        name = _name("Lockstep embedded stack")
        authority = _begun(name, name, authority_key.public_key())
        authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        authority = authority.add_extension(_usage(signs_certificates=True), critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
        authority = authority.add_extension(identifier, critical=False)
        self.trusted.write_bytes(authority.sign(authority_key, SHA256()).public_bytes(Encoding.PEM))
        names = [x509.DNSName("localhost"), *(x509.IPAddress(ipaddress.ip_address(each)) for each in addresses)]
        own = _begun(_name("localhost"), name, own_key.public_key())
        own = own.add_extension(x509.SubjectAlternativeName(names), critical=False)
        own = own.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        own = own.add_extension(_usage(signs_certificates=False), critical=True)
        own = own.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        own = own.add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), False)
        self.shown.write_bytes(own.sign(authority_key, SHA256()).public_bytes(Encoding.PEM))
        self.key.touch(mode=0o600)
        self.key.write_bytes(own_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + _LIFE)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
