"""Sees every call: which backend answered, in what time, and why not the other."""

from __future__ import annotations

import sys
from collections import deque
from time import perf_counter
from typing import TYPE_CHECKING, Any, Callable, Deque, Dict, List, Optional, Protocol, Tuple

from sky_rs import _events, _loading, _routing
from sky_rs._component import AfterFork, NotRepresented
from sky_rs.exceptions import (
    ComponentDeadlineError,
    ComponentError,
    ComponentMemoryError,
    ComponentTrapError,
    ComponentUnavailableError,
)

if TYPE_CHECKING:
    from sky_rs._routing import Route

#: The reasons for which the component does not answer, the more special ones first.
REASONS: Tuple[Tuple[type, str], ...] = (
    (AfterFork, "forked"),
    (NotRepresented, "not_represented"),
    (ComponentMemoryError, "memory_limit"),
    (ComponentTrapError, "trap"),
    (ComponentDeadlineError, "deadline"),
    (ComponentUnavailableError, "unavailable"),
    (ComponentError, "error"),
)

#: Where hashing with an executor goes on.
EXECUTOR = "executor"

# What size counts in a call that answers for many.
_MANY = "texts"


class Exporter(Protocol):
    """Hands on what was seen. Only one thread at a time is in :meth:`call` or :meth:`instances`."""

    #: Whether it takes part in calls: :meth:`begin` and :meth:`end`.
    spans: bool

    def open(self) -> None:
        """Calls are to come."""

    def begin(self, call: Call) -> None:
        """A call begins, in this thread."""

    def end(self, call: Call) -> None:
        """A call has ended, in this thread."""

    def call(self, call: Call) -> None:
        """A call has ended."""

    def instances(self, started: int, discarded: int) -> None:
        """So many instances were started or discarded, or others are in use than before."""

    def after_fork(self) -> None:
        """What was counted is the parent's, from which this process was forked."""

    def close(self) -> None:
        """Nothing more is to come."""


class Call:
    """One call, for the block in which it is answered."""

    __slots__ = (
        "_observer",
        "_started",
        "_token",
        "algorithm",
        "backend",
        "batch",
        "error",
        "fallbacks",
        "function",
        "hashed",
        "seconds",
        "size",
        "span",
        "unit",
    )

    def __init__(self, observer: Observer, function: str) -> None:
        self._observer = observer
        self.function = function
        #: Who answered: 'component' if that did at least a part of it, 'python' or 'executor'.
        self.backend = _routing.PYTHON
        #: Why the component did not, by the names in :data:`REASONS`.
        self.fallbacks: List[str] = []
        #: What the caller got.
        self.error: Optional[BaseException] = None
        #: How many texts or files; None if it is no function for many.
        self.batch: Optional[int] = None
        self.size: Optional[int] = None
        self.unit = ""
        self.algorithm = ""
        self.hashed = 0
        self.seconds = 0.0
        self.span: Any = None

    def __enter__(self) -> Call:
        if self._observer.spans:
            self._observer.begins(self)
        self._token = _events.current.set(self)
        self._started = perf_counter()
        return self

    def __exit__(self, _kind: Any, error: Optional[BaseException], _traceback: Any) -> None:
        self.seconds = perf_counter() - self._started
        _events.current.reset(self._token)
        self.error = error
        self._observer.ended(self)

    def fell_back(self, error: BaseException) -> None:
        """Python answers what the component did not."""
        self.backend = _routing.PYTHON
        reason = reason_of(error)
        if reason not in self.fallbacks:  # for another part of the same call
            self.fallbacks.append(reason)

    def failures(self) -> List[str]:
        """Why the component did not answer, whether Python then did or the caller got the error."""
        if isinstance(self.error, ComponentError):
            return [*self.fallbacks, reason_of(self.error)]
        return self.fallbacks

    def counted(self, hash_alg: Any, progress: Optional[Callable[[int], Any]]) -> Any:
        """A ``progress`` that counts the bytes here, too."""
        self.algorithm = str(hash_alg).lower()

        def count(size: int) -> None:
            self.hashed += size
            if progress is not None:
                progress(size)

        return count

    def many(self, size: int) -> None:
        """A part of the call is about so many files or texts."""
        self.batch = max(size, self.batch or 0)

    def sent(self, size: int) -> None:
        """An executor's workers hash so many files."""
        self.many(size)
        self.backend = EXECUTOR


def reason_of(error: BaseException) -> str:
    """The name of the reason for which the component did not answer."""
    return next(name for kind, name in REASONS if isinstance(error, kind))


class Observer:
    """Sees calls and instances, and tells an exporter of them."""

    def __init__(self, exporter: Exporter) -> None:
        self.exporter = exporter
        self.spans = exporter.spans
        self._watched: Dict[str, Callable[..., Any]] = {}
        self._failed = False
        # What was seen and not handed on.
        self._waiting: Deque[Tuple[Callable[..., None], Tuple[Any, ...]]] = deque()
        self._busy = False

    def call(self, function: str) -> Call:
        """A call that is no Route's, for the block."""
        return Call(self, function)

    def watch(self, route: Route) -> Callable[..., Any]:
        """What answers the calls of a route instead of its shortest way."""
        watched = self._watched.get(route.name)
        if watched is None:
            make = self._watch_part if route.part else self._watch
            watched = self._watched[route.name] = make(route)
        return watched

    def _watch(self, route: Route) -> Callable[..., Any]:
        many = route.unit == _MANY
        sizes = self.spans and route.size is not None

        def watched(*arguments: Any) -> Any:
            with Call(self, route.name) as call:
                if many:
                    call.batch = len(arguments[0])
                elif sizes:
                    call.size, call.unit = route.size(*arguments), route.unit  # type: ignore[misc]
                return route.answer(call, arguments)

        return watched

    def _watch_part(self, route: Route) -> Callable[..., Any]:
        def watched(*arguments: Any) -> Any:
            call = _events.current.get()
            if call is None:
                return route.decide(*arguments)
            call.many(len(arguments[0]))
            return route.answer(call, arguments)

        return watched

    def begins(self, call: Call) -> None:
        """A call begins."""
        try:
            self.exporter.begin(call)
        except Exception as error:
            self._incomplete(error)

    def ended(self, call: Call) -> None:
        """A call has ended."""
        if self.spans:
            try:
                self.exporter.end(call)
            except Exception as error:
                self._incomplete(error)
        self._tell(self.exporter.call, call)

    def started(self) -> None:
        """The pool has started an instance."""
        self._waiting.append((self.exporter.instances, (1, 0)))

    def discarded(self) -> None:
        """The pool has discarded an instance."""
        self._waiting.append((self.exporter.instances, (0, 1)))

    def flush(self) -> None:
        """Hands on what waits for that, and how the pool is.

        Not to be called while the component is loaded, as the two above are: a signal's handler
        may wait for that and hold the lock.
        """
        self._tell(self.exporter.instances, 0, 0)

    def close(self) -> None:
        """Ends the exporter."""
        with _events.lock:
            self.exporter.close()

    def after_fork(self) -> None:
        """Begins anew in a forked child; what was not handed on, the parent does."""
        self._waiting.clear()
        self._busy = False
        self.exporter.after_fork()

    def _tell(self, take: Callable[..., None], *seen: Any) -> None:
        """Hands on what was seen, after what waits for that.

        Exporters hold locks that neither a signal's handler in the same thread nor a forked child
        may find taken. So the first just leaves what it has seen, and the second is not made
        meanwhile.
        """
        self._waiting.append((take, seen))
        failure = None
        with _events.lock:
            if self._busy:
                return  # a signal's handler, in the middle of the lines below
            self._busy = True
            try:
                while self._waiting:
                    take, seen = self._waiting.popleft()
                    take(*seen)
            except Exception as error:
                failure = error
            finally:
                self._busy = False
        if failure is not None:  # whoever logs may wait for a thread that has something to tell
            self._incomplete(failure)

    def _incomplete(self, error: Exception) -> None:
        """A full disk or a broken exporter costs numbers, not calls."""
        if not self._failed:
            self._failed = True
            _loading.logger("sky_rs").warning("telemetry is incomplete: %s", error)


def pool_state() -> Tuple[int, int]:
    """Idle instances of the pool, and those in use."""
    runtime = sys.modules.get("sky_rs._component.runtime")
    loaded = None if runtime is None else runtime._loaded
    return (0, 0) if loaded is None else (loaded.pool.idle, loaded.pool.used)
