"""Moments in responses: what botocore takes for one, as far as it is documented to."""

from __future__ import annotations

import datetime
import re

_UTC = datetime.timezone.utc
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=_UTC)

_ZONE = r"(?:(Z|z|GMT|UTC)|([+-])(\d\d)(?::?(\d\d))?)"
_ISO8601 = re.compile(
    r"(\d{4})(-?)(\d\d)\2(\d\d)"
    rf"(?:([Tt ])(\d\d)(:?)(\d\d)(?:\7(\d\d)(?:[.,](\d+))?)?{_ZONE}?)?",
    re.ASCII,
)
_RFC822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),\s*)?"
    r"(\d\d?)\s+(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+(\d{4})"
    rf"\s+(\d\d):(\d\d)(?::(\d\d))?(?:\s+{_ZONE})?",
    re.ASCII,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_SPACE = " \t\n\r\f"

#: A moment as the component writes it.
normal = datetime.datetime.fromisoformat


def parse(text: str) -> datetime.datetime:
    """The moment that a text means: in UTC, or without a time zone if the text has none.

    Args:
        text: Seconds since 1970, ISO 8601, or RFC 822.

    Raises:
        ValueError: It means none.
    """
    # By far the most are 2024-05-06T07:08:09.000Z.
    if len(text) in (20, 24) and text[10] == "T" and text[13] == text[16] == ":":
        match = _ISO8601.fullmatch(text)
        if match is not None and text[-1] == "Z":
            return normal(f"{text[:-1]}+00:00")
    text = text.strip(_SPACE)
    try:
        if text.isascii():
            try:
                return _EPOCH + datetime.timedelta(seconds=float(text))
            except ValueError:
                pass
        match = _ISO8601.fullmatch(text)
        if match is not None:
            return _of_iso8601(*match.groups())
        match = _RFC822.fullmatch(text)
        if match is not None:
            return _of_rfc822(*match.groups())
    except OverflowError:
        pass
    raise ValueError(f"not a timestamp: {text[:100]}")


def _of_iso8601(*parts: str) -> datetime.datetime:
    year, hyphen, month, day, mark, hour, _, minute, second, fraction, *zone = parts
    if not hyphen and mark in (None, " "):
        raise ValueError(f"not a timestamp: {parts}")
    micro = (fraction or "")[:6].ljust(6, "0")
    time = [int(part or 0) for part in (hour, minute, second, micro)]
    return _zoned(_moment(year, int(month), day, *time), *zone)


def _of_rfc822(*parts: str) -> datetime.datetime:
    day, month, year, hour, minute, second, *zone = parts
    time = [int(part or 0) for part in (hour, minute, second)]
    return _zoned(_moment(year, _MONTHS.index(month) + 1, day, *time), *zone)


def _moment(  # noqa: PLR0913, PLR0917 - parts of a moment
    year: str, month: int, day: str, hour: int, minute: int, second: int, micro: int = 0
) -> datetime.datetime:
    return datetime.datetime(int(year), month, int(day), hour, minute, second, micro)


def _zoned(
    moment: datetime.datetime, name: str, sign: str, hours: str, minutes: str
) -> datetime.datetime:
    if name:
        return moment.replace(tzinfo=_UTC)
    if not sign:
        return moment
    offset = datetime.timedelta(hours=int(hours), minutes=int(minutes or 0))
    if int(hours) > 23 or int(minutes or 0) > 59:
        raise ValueError(f"not a time zone: {sign}{hours}:{minutes}")
    moment = moment + offset if sign == "-" else moment - offset
    return moment.replace(tzinfo=_UTC)
