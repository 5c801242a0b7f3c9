"""A module's forward pass with other tensors in the place of its parameters and buffers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..functions.tensor import Tensor
from ..nn import Module
from .mapped_calls import Mapped, mapped_call

Values = dict[str, Any]


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Values | Sequence[Values],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call a module with other tensors in the place of its parameters and buffers, which are put back afterwards.

    A forward pass that writes into a buffer writes into the given tensor; one that assigns another tensor to it changes
    the given dictionary.

    Args:
        module: what to call.
        parameter_and_buffer_dicts: the tensors by their dotted names, or several such dictionaries without a common
            name. What they do not name stays as it is.
        args: the positional arguments; what is no tuple is the only one.
        kwargs: the keyword arguments.
        tie_weights: let the names of a parameter that the module has under several names follow one that is given.
        strict: want all names of the module, and no others.

    Returns:
        What the module returns.

    Raises:
        TypeError: module is no module, or a value no tensor.
        ValueError: the dictionaries are none, or share a name; or tied names are given different tensors.
        AttributeError: the module has no such parameter or buffer.
        RuntimeError: strict, and names are missing or unexpected.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.func.functional_call.html; it differs in that a name
        which the module has not is an error, where PyTorch makes an attribute of it.

    Example:
        >>> import minigrad
        >>> from minigrad import nn
        >>> double = {"weight": minigrad.tensor([[2.0]]), "bias": minigrad.tensor([0.0])}
        >>> functional_call(nn.Linear(1, 1), double, minigrad.tensor([3.0]))
        tensor([6.])
    """
    if not isinstance(module, Module):
        raise TypeError(f"functional_call: module must be a Module, but got {type(module).__name__}: {module!r}")
    dictionaries = _checked_dictionaries(parameter_and_buffer_dicts)
    given = {name: value for part in dictionaries for name, value in part.items()}
    values = _with_tied(module, given) if tie_weights else given
    if strict:
        _check_names(module, values)
    args = args if isinstance(args, tuple) else () if args is None else (args,)
    if any(isinstance(x, Mapped) for x in (*values.values(), *args)):
        return mapped_call(module, values, args, kwargs or {})
    places = {name: _place_of(module, name, value) for name, value in values.items()}
    before = {name: attributes[attribute] for name, (attributes, attribute) in places.items()}
    try:
        _put(places, values)
        return module(*args, **(kwargs or {}))
    finally:
        for part in dictionaries:
            part.update({name: places[name][0][places[name][1]] for name in part})
        _put(places, before)


def _checked_dictionaries(given: Any) -> Sequence[Values]:
    """Return the dictionaries that were given; ValueError for what is none, or for a name that comes twice."""
    parts = [given] if isinstance(given, dict) else given
    if not isinstance(parts, list | tuple) or not all(isinstance(part, dict) for part in parts):
        raise ValueError(
            "functional_call: parameter_and_buffer_dicts must be a dictionary of tensors by name, or a list or tuple "
            f"of dictionaries, but got {type(given).__name__}"
        )
    names = [name for part in parts for name in part]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"functional_call: {repeated} appeared in multiple dictionaries, so that it is unclear which")
    return parts


def _named_tensors(module: Module) -> dict[str, Tensor]:
    """Return all parameters and buffers by name, those with several names under each."""
    return {
        **dict(module.named_parameters(remove_duplicate=False)),
        **dict(module.named_buffers(remove_duplicate=False)),
    }


def _with_tied(module: Module, given: Values) -> Values:
    """Return the values, with those that are given for one name of a tensor under its other names, too."""
    names_of: dict[int, list[str]] = {}
    for name, tensor in _named_tensors(module).items():
        names_of.setdefault(id(tensor), []).append(name)
    values = dict(given)
    for names in names_of.values():
        meant = [given[name] for name in names if name in given]
        if any(value is not meant[0] for value in meant):
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(names)}, which are tied. Consider using "
                "tie_weights=False"
            )
        values.update(dict.fromkeys(names, meant[0]) if meant else {})
    return values


def _check_names(module: Module, values: Mapping[str, Any]) -> None:
    """Raise RuntimeError unless all names of the module are given, and no others."""
    own = _named_tensors(module)
    problems = []
    for kind, names in (
        ("Unexpected", [name for name in values if name not in own]),
        ("Missing", [name for name in own if name not in values]),
    ):
        if names:
            problems.append(f"{kind} key(s): {', '.join(map(repr, names))}.")
    if problems:
        raise RuntimeError(f"Error(s) in reparametrizing for {type(module).__name__}:\n\t" + "\n\t".join(problems))


def _place_of(module: Module, name: str, value: Any) -> tuple[dict[str, Any], str]:
    """Return the attributes of the module that has a tensor, and which of them it is."""
    if not isinstance(value, Tensor):
        raise TypeError(f"functional_call: {name!r} must be a Tensor, but got {type(value).__name__}: {value!r}")
    path, _, attribute = name.rpartition(".")
    owner = module.get_submodule(path)
    if attribute not in owner._parameters and attribute not in owner._buffers:
        raise AttributeError(f"functional_call: {type(module).__name__} has no parameter or buffer {name!r}")
    return vars(owner), attribute


def _put(places: dict[str, tuple[dict[str, Any], str]], values: Values) -> None:
    """Put tensors in their places, past `Module.__setattr__`, which takes only Parameters for parameters."""
    for name, (attributes, attribute) in places.items():
        attributes[attribute] = values[name]
