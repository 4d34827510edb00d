"""Clients whose methods are the operations that there are models of: `client.zones.list()`."""

from __future__ import annotations

from sky_rs.cloud import _models

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

    from sky_rs.cloud._models import Operation
    from sky_rs.cloud._rest import Service


class Client:
    """Calls operations by their names.

    Args:
        service: The service.
        defaults: Parameters that are given to all operations that take them.
        collections: What of the service's models it has; None for all.
    """

    def __init__(
        self,
        service: Service,
        defaults: Dict[str, Any],
        collections: Optional[Tuple[str, ...]] = None,
    ) -> None:
        self._service = service
        self._defaults = {key: value for key, value in defaults.items() if value is not None}
        self._operations: Dict[str, List[str]] = {}
        for name in _models.index(service.name)["operations"]:
            collection, _, method = name.partition(".")
            # With a part more, it is the same one of which only a part is read.
            if "." not in method and (collections is None or collection in collections):
                self._operations.setdefault(collection, []).append(method)

    def __getattr__(self, name: str) -> Collection:
        if name.startswith("_"):  # also of one that is not made yet, as when it is copied
            raise AttributeError(name)
        operations = self._operations
        if name not in operations:
            raise AttributeError(f"{self!r} has no {name!r}, only {', '.join(operations)}")
        return Collection(self, name, operations[name])

    def __dir__(self) -> List[str]:
        return [*super().__dir__(), *self._operations]

    def __repr__(self) -> str:
        service = self._service
        return f"<client of {service.name} at {service.endpoint}>"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes idle connections."""
        self._service.transport.close()

    def paginate(self, name: str, **parameters: Any) -> Iterator[Dict[str, Any]]:
        """The pages of a result, each as the method of that name gives it.

        Args:
            name: A collection and a method, such as 'instances.list'.
            **parameters: Of the method.

        Raises:
            CloudError: A call did not succeed.
            PaginationError: A page is followed by itself, or there are too many.
            ValueError: There is no such method, or its results have no pages.
        """
        collection, _, method = name.partition(".")
        if method not in self._operations.get(collection, ()):
            raise ValueError(f"{self!r} has no {name!r}")
        operation = _models.operation(self._service.name, name)
        if "page" not in operation.model:
            raise ValueError(f"the results of {name!r} have no pages")
        return self.pages(name, parameters)

    def pages(self, name: str, parameters: Dict[str, Any]) -> Iterator[Dict[str, Any]]:
        """As :meth:`paginate`, of any of the service's models. For this package itself."""
        operation = _models.operation(self._service.name, name)
        return self._service.pages(operation, self._given(operation, parameters))

    def call(self, name: str, parameters: Dict[str, Any], **options: Any) -> Any:
        """The result of any of the service's models. For this package itself."""
        operation = _models.operation(self._service.name, name)
        given = self._given(operation, parameters)
        return self._service.call(operation, given, **options)["output"]

    def _given(self, operation: Operation, parameters: Dict[str, Any]) -> Dict[str, Any]:
        model = operation.model
        members = model["shapes"][model["input"]]["members"]
        usual = {key: value for key, value in self._defaults.items() if key in members}
        return {**usual, **parameters}


class Collection:
    """The methods of a client for one kind of thing."""

    __slots__ = ("_client", "_methods", "_name")

    def __init__(self, client: Client, name: str, methods: List[str]) -> None:
        self._client = client
        self._name = name
        self._methods = methods

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)
        if method not in self._methods:
            raise AttributeError(f"{self!r} has no {method!r}, only {', '.join(self._methods)}")
        client, name = self._client, f"{self._name}.{method}"
        # Google holds `wait` back for two minutes.
        options = {"timeout": 150.0} if method == "wait" else {}

        def call(**parameters: Any) -> Any:
            return client.call(name, parameters, **options)

        call.__name__ = method
        call.__qualname__ = name
        return call

    def __dir__(self) -> List[str]:
        return [*super().__dir__(), *self._methods]

    def __repr__(self) -> str:
        return f"<{self._name} of {self._client!r}>"
