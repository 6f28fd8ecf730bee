"""The local archive: a small real server of every protocol the tools speak, on loopback.

It serves the tests, the demo and anyone offline, and misbehaves on request. Run it from a checkout
with ``python tests/archive``; each file in ``services/`` is one service, registered by being there.
It is never imported by the product.
"""
