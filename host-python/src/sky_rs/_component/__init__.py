"""The component backend: SkyPilot's answers from the sandboxed component.

``strings``, ``tail``, ``follow``, ``hashing``, ``network`` and ``system`` have what their namesakes
in ``sky_rs._python`` have, and raise :class:`NotRepresented` for arguments the component has no
form for.

Below them, ``runtime`` loads the component, ``pool`` lends instances, ``instance`` calls.
"""


class NotRepresented(Exception):  # noqa: N818 - a signal to the router, no error
    """The component has no form for these arguments; the fallback answers the call."""


class AfterFork(NotRepresented):
    """A forked child cannot give the component files; the fallback answers the call."""
