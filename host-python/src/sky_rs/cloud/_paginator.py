"""Results that come in pages."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, Optional, Tuple

from sky_rs.cloud.exceptions import PaginationError

if TYPE_CHECKING:
    from sky_rs.cloud._models import Operation

#: Pages after which a service is taken to be going round in circles.
_MOST_PAGES = 1_000_000

#: In a token: how many items of the page it stands for have been had before. boto3's name.
_SKIP = "boto_truncate_amount"


class Pages:
    """The pages of a result, each asked for when it is wanted.

    Args:
        operation: The operation.
        call: Calls it with parameters; returns a page and the parameters of the next one, or None.
        parameters: Those of the first page.
        options: ``MaxItems``, ``PageSize`` and ``StartingToken``, as boto3 has them.
    """

    def __init__(
        self,
        operation: Operation,
        call: Callable[[Dict[str, Any]], Any],
        parameters: Dict[str, Any],
        options: Dict[str, Any],
    ) -> None:
        self._call = call
        self._page = operation.model["page"]
        self._most = None if options.get("MaxItems") is None else int(options["MaxItems"])
        self._parameters = dict(parameters)
        if options.get("PageSize") is not None and self._page.get("limit"):
            self._parameters[self._page["limit"]] = int(options["PageSize"])
        self._first = _decoded(options.get("StartingToken"), self._page["input"][0])
        #: Where the rest begins, if ``MaxItems`` left some.
        self.resume_token: Optional[str] = None

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        left = self._most
        tokens = {name: token for name, token in self._first.items() if token is not None}
        skipped = int(tokens.pop(_SKIP, 0))
        for _ in range(_MOST_PAGES):
            page, following = self._call({**self._parameters, **tokens})
            if skipped or left is not None:
                there, kept = self._cut(page, skipped, left)
                if left is not None:
                    left -= kept
                    if kept < there:  # the rest begins in the middle of this page
                        following = {name: tokens.get(name) for name in self._page["input"]}
                        following[_SKIP] = skipped + kept
            if left == 0 and following is not None:
                self.resume_token = _encoded(following)
                following = None
            yield page
            if following is None:
                return
            if following == tokens:
                raise PaginationError(f"The same next token was received twice: {following}")
            tokens, skipped = following, 0
        raise PaginationError(f"more than {_MOST_PAGES} pages")

    def _cut(self, page: Dict[str, Any], skipped: int, left: Optional[int]) -> Tuple[int, int]:
        """Cuts the page's first list to what is wanted; how long it was from there on, and is."""
        first, *others = self._page["result"]
        items = (page.get(first) or [])[skipped:]
        kept = items if left is None else items[:left]
        if first in page:
            page[first] = kept
        for other in others:
            if other in page and (skipped or len(kept) < len(items)):
                page[other] = []
        return len(items), len(kept)

    def build_full_result(self) -> Dict[str, Any]:
        """All pages as one result: their lists joined, and what the first page has besides them."""
        result: Dict[str, Any] = {name: [] for name in self._page["result"]}
        for number, page in enumerate(self):
            for name in self._page["result"]:
                result[name] += page.get(name) or []
            if number == 0:
                result.update(
                    {name: page[name] for name in self._page.get("keep", ()) if name in page}
                )
        if self.resume_token is not None:
            result["NextToken"] = self.resume_token
        return result


class Paginator:
    """What boto3's ``get_paginator`` returns."""

    def __init__(self, pages: Callable[[Dict[str, Any], Dict[str, Any]], Pages]) -> None:
        self._pages = pages

    def paginate(self, **parameters: Any) -> Pages:
        """The pages of a call.

        Args:
            parameters: Those of the operation, and ``PaginationConfig``.
        """
        options = parameters.pop("PaginationConfig", None) or {}
        return self._pages(parameters, options)


def _encoded(tokens: Dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(tokens).encode()).decode()


def _decoded(token: Optional[str], parameter: str) -> Dict[str, Any]:
    """The parameters that a token stands for: one of ours or boto3's, or a service's own."""
    if token is None:
        return {}
    try:
        found = json.loads(base64.b64decode(token, validate=True))
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {parameter: token}
