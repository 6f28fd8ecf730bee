"""The VAO task package: `from voclient.vaopackage import vosesame`."""

from .tasking.packages.modules import bind_module

__getattr__, __dir__ = bind_module("vao")
