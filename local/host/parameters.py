"""Do a function's Python parameters and annotations fit its bindings? Checked as the Python worker checks them.

The rules are those of `azure_functions_runtime` 1.3.0, `functions.py` (`Registry.add_indexed_function`); a function
that breaks one makes the whole app fail to index in Azure. The sentences are ours, the conditions are theirs. Output
parameters (`func.Out`) are refused: nothing here would send what they are set to.
"""

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import azure.functions

from local.host.functions import FunctionName, ParameterBinding
from local.host.refusal import Refusal

Bindings = list[dict[str, Any]]
_registry: Callable[[], Any] = azure.functions.get_binding_registry


class Converter(Protocol):
    """The part of `azure.functions.meta` converters that the host uses."""

    def check_input_type_annotation(self, pytype: Any) -> bool: ...
    def check_output_type_annotation(self, pytype: Any) -> bool: ...
    def decode(self, data: Any, *, trigger_metadata: Any) -> Any: ...
    def encode(self, obj: Any, *, expected_type: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Signature:
    """The outcome of the check: how to fill each parameter, and what to do with the return value."""

    inputs: Mapping[str, ParameterBinding]
    returns: ParameterBinding | None
    wants_context: bool


def converter_of(binding: str) -> Converter | None:
    """The official converter of a binding type; None where azure-functions has none (it is "generic" then)."""
    return cast("Converter | None", _registry().get(binding))


def check(name: FunctionName, call: Callable[..., Any], bindings: Bindings) -> Signature:
    """Check a function against its bindings.

    Raises:
        Refusal: the worker would refuse to load the function; says which parameter and why.
    """
    try:
        annotations = typing.get_type_hints(call)
    except Exception as error:  # whatever evaluating somebody's annotations raises
        raise Refusal(f"Function {name}: its annotations cannot be evaluated ({error}).") from error
    parameters = dict(inspect.signature(call).parameters)
    bound = {binding["name"]: binding for binding in bindings if binding["name"] != "$return"}
    wants_context = _takes_context(name, parameters, bound, annotations)
    _match(name, set(parameters), set(bound))
    inputs = {each: _input(name, bound[each], annotations) for each in parameters}
    return Signature(inputs, _returned(name, bindings, annotations), wants_context)


def _takes_context(
    name: FunctionName,
    parameters: dict[str, inspect.Parameter],
    bound: Mapping[str, Any],
    annotations: Mapping[str, Any],
) -> bool:
    if "context" not in parameters or "context" in bound:
        return False
    del parameters["context"]
    annotation = annotations.get("context", azure.functions.Context)
    if not isinstance(annotation, type) or annotation.__name__ != "Context":
        raise Refusal(f"Function {name}: 'context' is annotated {annotation!r}; it is azure.functions.Context.")
    return True


def _match(name: FunctionName, parameters: set[str], bound: set[str]) -> None:
    if parameters - bound:
        raise Refusal(
            f"Function {name} has parameters that no decorator binds: {_listed(parameters - bound)}; "
            "name them in the decorator or remove them."
        )
    if bound - parameters:
        raise Refusal(
            f"Function {name} binds names that are no parameters of it: {_listed(bound - parameters)}; "
            "give the function these parameters."
        )


def _input(name: FunctionName, binding: Mapping[str, Any], annotations: Mapping[str, Any]) -> ParameterBinding:
    parameter, kind = binding["name"], binding["type"]
    if binding.get("direction") != "IN":
        raise Refusal(f"Function {name}: {parameter} is an output binding ({kind}), which this host does not serve.")
    if parameter not in annotations:
        return ParameterBinding(kind)
    annotation = annotations[parameter]
    if typing.get_origin(annotation) is azure.functions.Out or annotation is azure.functions.Out:
        raise Refusal(f"Function {name}: {parameter} is an input but is annotated azure.functions.Out.")
    if not isinstance(annotation, type) and typing.get_origin(annotation) is None:
        raise Refusal(f"Function {name}: {parameter} is annotated {annotation!r}, which is no type.")
    if annotation in (str, bytes):
        return ParameterBinding("generic", annotation)
    converter = converter_of(kind)
    if converter is None or not _accepts(converter, annotation):
        raise Refusal(f"Function {name}: {parameter} is a {kind} but is annotated {_shown(annotation)}.")
    return ParameterBinding(kind, annotation)


def _accepts(converter: Converter, annotation: Any) -> bool:
    try:
        return bool(converter.check_input_type_annotation(annotation))
    except TypeError:
        # the converters call issubclass() without asking first whether a generic alias is a class
        return False


def _returned(name: FunctionName, bindings: Bindings, annotations: Mapping[str, Any]) -> ParameterBinding | None:
    returned = next((binding for binding in bindings if binding["name"] == "$return"), None)
    if returned is None:
        return None
    kind = returned["type"]
    if returned.get("direction") != "OUT":
        raise Refusal(f'Function {name}: the "$return" binding must have the direction "out".')
    if kind != "http":
        raise Refusal(f"Function {name} returns into {kind}, which this host does not serve; only http is.")
    if "return" not in annotations:
        return ParameterBinding(kind)
    annotation, converter = annotations["return"], converter_of(kind)
    if not isinstance(annotation, type):
        raise Refusal(f"Function {name}: its return annotation {annotation!r} is no type.")
    if converter is None or not converter.check_output_type_annotation(annotation):
        raise Refusal(f"Function {name} returns {_shown(annotation)}, which does not fit the binding {kind}.")
    return ParameterBinding(kind, annotation)


def _shown(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
