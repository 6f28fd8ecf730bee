"""CWL v1.0 to v1.2 CommandLineTools as descriptors: one module for types, bindings, outputs, the tool."""

from .tool import translate

__all__ = ["translate"]
