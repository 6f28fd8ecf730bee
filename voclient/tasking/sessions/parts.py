"""The two halves of a descriptor with a session: what is typed for a call, and how the program is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..descriptors.descriptor import Condition, Descriptor


def part(descriptor: Descriptor, *, typed: bool) -> Descriptor:
    """The descriptor of what is typed for a call, or of how the program is started: rules hold within each."""
    kept = [index for index, parameter in enumerate(descriptor.parameters) if parameter.typed is typed]
    names = {descriptor.parameters[index].name for index in kept}

    def inside(groups: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        return tuple(group for group in groups if names.issuperset(group))

    def known(condition: Condition) -> Condition:
        return condition if names.issuperset(name for name, _ in condition) else ()

    return descriptor._replace(
        parameters=tuple(
            parameter._replace(
                needs=tuple(name for name in parameter.needs if name in names),
                when=known(parameter.when),
                required_when=known(parameter.required_when),
            )
            for parameter in map(descriptor.parameters.__getitem__, kept)
        ),
        command=tuple(
            kept.index(word) if isinstance(word, int) else word
            for word in descriptor.command
            if not isinstance(word, int) or word in kept
        ),
        exclusive=inside(descriptor.exclusive),
        at_least_one=inside(descriptor.at_least_one),
        exactly_one=inside(descriptor.exactly_one),
        prompts=() if typed else descriptor.prompts,
        deprecated="" if typed else descriptor.deprecated,
    )
