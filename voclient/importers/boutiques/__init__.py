"""Boutiques 0.5 descriptors as ours: one module for the command line, inputs, outputs, the tool."""

from .tool import translate

__all__ = ["translate"]
