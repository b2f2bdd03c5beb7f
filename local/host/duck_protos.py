"""What `azure_functions_runtime` needs of the gRPC messages, as plain classes: no grpcio, no protobuf.

The runtime takes its message classes as a namespace at start (facts 1.2 and 1.3) and uses of them what is here:
constructors with keywords, attributes, `WhichOneof`, and the constants of three enums.
"""

from types import SimpleNamespace
from typing import Any


class Record:
    """A message: whatever fields it was made with."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def WhichOneof(self, group: str) -> str | None:  # noqa: N802, ARG002 - protobuf's name and signature
        """The field that is set; None where none is."""
        return next((name for name, value in self.__dict__.items() if value is not None and name != "name"), None)


class StatusResult(Record):
    """`status` is one of the constants."""

    Failure = 0
    Success = 1


class BindingInfo(Record):
    """Directions and data types of a binding."""

    inout = 2
    out = 1
    undefined = 0


class SameSite:
    """The enum of `RpcHttpCookie`."""

    Lax = "lax"
    Strict = "strict"
    ExplicitNone = "none"


# "None" is no identifier that an assignment takes; the runtime reads it by name
setattr(SameSite, "None", "")


class RpcHttpCookie(Record):
    """A cookie of a response."""

    SameSite = SameSite


def namespace() -> SimpleNamespace:
    """All message classes, as the runtime expects them."""
    plain = (
        "WorkerInitResponse", "WorkerMetadata", "RpcException", "RpcFunctionMetadata", "RpcRetryOptions",
        "FunctionMetadataResponse", "FunctionLoadResponse", "InvocationResponse", "TypedData", "ParameterBinding",
        "RpcHttp", "NullableString", "NullableBool", "NullableDouble", "NullableTimestamp", "Timestamp",
    )  # fmt: skip
    return SimpleNamespace(
        StatusResult=StatusResult, BindingInfo=BindingInfo, RpcHttpCookie=RpcHttpCookie, **dict.fromkeys(plain, Record)
    )
