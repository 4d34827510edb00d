"""Which interpreter of the process this is: the component belongs to the main one."""

from __future__ import annotations

import ctypes


def check() -> None:
    """Looks whether this is the main interpreter.

    C code that calls Python gets there in the main interpreter, whichever it was called from, and a
    subinterpreter that is ended while a thread of its own waits ends the process.

    Raises:
        RuntimeError: It is a subinterpreter.
    """
    # Prototypes, since the attributes of ctypes.pythonapi belong to whoever sets their types.
    state = ctypes.PYFUNCTYPE(ctypes.c_void_p)
    number_of = ctypes.PYFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)
    try:
        current = state(("PyInterpreterState_Get", ctypes.pythonapi))
        number = number_of(("PyInterpreterState_GetID", ctypes.pythonapi))
    except AttributeError:  # a Python that has no others, or does not show its C API
        return
    if number(current()) != 0:
        raise RuntimeError("this is a subinterpreter, and wasmtime needs the main one")
