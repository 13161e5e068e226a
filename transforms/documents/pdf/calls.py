"""Functions of PDFium that are called for each character and each line: handles and buffers are plain numbers."""

from __future__ import annotations

import ctypes
from typing import Any


def plain(function: Any) -> Any:
    """The same function of PDFium, taking and giving the address of a thing instead of a pointer object.

    Whoever calls it keeps what is behind an address alive. It takes half the time: ctypes makes an object for each
    pointer and checks its type at each call, and such calls are too short to hand the interpreter to other threads.
    A handle that is null comes back as None.
    """
    kinds = [_as_address(kind) for kind in (function.restype, *function.argtypes)]
    return ctypes.PYFUNCTYPE(*kinds)(address(function))


def address(thing: Any) -> int:
    """Where a handle or function is."""
    return ctypes.cast(thing, ctypes.c_void_p).value or 0


def _as_address(kind: Any) -> Any:
    return ctypes.c_void_p if hasattr(kind, "contents") else kind
