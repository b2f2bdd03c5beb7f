"""From what an HTTP function returned to what the client gets, as the real host does it."""

from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Final

from azure.functions.meta import Datum

from local.host.invocation import HttpAnswer

_TEXT: Final = (("content-type", "text/plain; charset=utf-8"),)
_BINARY: Final = (("content-type", "application/octet-stream"),)


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie of an answer. `same_site` is `lax`, `strict`, `none` or empty; empty strings are left out."""

    name: str
    value: str
    domain: str = ""
    path: str = ""
    expires: str = ""
    max_age: str = ""
    secure: bool = False
    http_only: bool = False
    same_site: str = ""

    def line(self) -> str:
        """The value of Set-Cookie in the order and spelling of ASP.NET Core, whose path is `/` where none is given."""
        named = {
            "expires": self.expires,
            "max-age": self.max_age,
            "domain": self.domain,
            "path": self.path or "/",
        }
        parts = [f"{self.name}={self.value}", *(f"{name}={value}" for name, value in named.items() if value)]
        parts += ["secure"] if self.secure else []
        parts += [f"samesite={self.same_site}"] if self.same_site else []
        parts += ["httponly"] if self.http_only else []
        return "; ".join(parts)


def of_text(text: str) -> HttpAnswer:
    """A function that returned a string answers 200 with plain text."""
    return HttpAnswer(200, _TEXT, text.encode())


def of_bytes(body: bytes) -> HttpAnswer:
    """Bytes answer 200 without a type of their own."""
    return HttpAnswer(200, _BINARY, body)


def of_http(status: str, headers: Iterable[tuple[str, str]], cookies: Iterable[Cookie], body: bytes) -> HttpAnswer:
    """A function that returned a response."""
    return HttpAnswer(int(status), (*headers, *(("set-cookie", cookie.line()) for cookie in cookies)), body)


def of_datum(datum: Datum) -> HttpAnswer:
    """The answer in a `string`, `bytes` or `http` datum, as the official converter makes them.

    Raises:
        TypeError: the datum is of another kind; the converter for HTTP makes none.
    """
    if datum.type == "string":
        return of_text(datum.value)
    if datum.type == "bytes":
        return of_bytes(datum.value)
    if datum.type != "http":
        raise TypeError(f"an HTTP function answered with a datum of type {datum.type}")
    value = datum.value
    headers = [(name, header.value) for name, header in value["headers"].items()]
    cookies = [cookie for each in value.get("cookies") or () for cookie in _cookies(each)]
    return of_http(value["status_code"].value, headers, cookies, value["body"].value)


def _cookies(jar: SimpleCookie) -> Iterable[Cookie]:
    for name, morsel in jar.items():
        yield Cookie(
            name=name,
            value=morsel.value,
            domain=morsel["domain"],
            path=morsel["path"],
            expires=morsel["expires"],
            max_age=morsel["max-age"],
            secure=bool(morsel["secure"]),
            http_only=bool(morsel["httponly"]),
            same_site=morsel["samesite"].lower(),
        )
