"""The last day of an application's certificate, read from the certificate itself."""

from __future__ import annotations

from datetime import date

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12


def last_day(certificate: bytes) -> date | None:
    """Return the last day (UTC) of a certificate in PEM or PKCS #12; None where it cannot be read."""
    try:
        if certificate.startswith(b"-----BEGIN"):
            start = certificate.index(b"-----BEGIN CERTIFICATE-----")
            return x509.load_pem_x509_certificate(certificate[start:]).not_valid_after_utc.date()
        _, found, _ = pkcs12.load_key_and_certificates(certificate, None)
    except ValueError:
        return None
    return found.not_valid_after_utc.date() if found is not None else None
