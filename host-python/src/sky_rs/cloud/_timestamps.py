"""Moments in parameters: what is understood as one, and how it is sent."""

from __future__ import annotations

import calendar
import datetime
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

_UTC = datetime.timezone.utc
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=_UTC)

_ISO8601 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})\d*)?(?:Z|([+-])(\d\d):?(\d\d))?)?",
    re.ASCII,
)

# Not strftime's: those are the locale's.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def parse(value: Any) -> datetime.datetime:
    """The moment that a value means, in UTC.

    Args:
        value: A datetime (a naive one is in UTC); seconds since 1970 as a number or as text; text
            in ISO 8601 or RFC 822, or what else dateutil understands, if it is installed.

    Raises:
        ValueError: It means none.
    """
    try:
        moment = _read(value)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=_UTC)
        return moment.astimezone(_UTC)
    except (AttributeError, OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"no timestamp: {value!r}") from error


def _read(value: Any) -> datetime.datetime:
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str):
        match = _ISO8601.fullmatch(value)
        if match is not None:
            return _of_iso8601(*match.groups())
        try:
            value = float(value)
        except ValueError:
            return _of_odd_text(value)
    try:
        return datetime.datetime.fromtimestamp(value, _UTC)
    except (OSError, OverflowError):  # beyond what the C library can tell
        return _EPOCH + datetime.timedelta(seconds=value)


def _of_iso8601(*parts: Any) -> datetime.datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in parts[:6])
    fraction, sign, hours, minutes = parts[6:]
    zone = _UTC
    if sign:
        offset = datetime.timedelta(hours=int(hours), minutes=int(minutes))
        zone = datetime.timezone(-offset if sign == "-" else offset)
    micro = int((fraction or "").ljust(6, "0"))
    return datetime.datetime(year, month, day, hour, minute, second, micro, zone)


def _of_odd_text(text: str) -> datetime.datetime:
    # Both take long to import, and are seldom needed.
    try:
        from dateutil import parser  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415
    except ImportError:
        from email.utils import parsedate_to_datetime  # noqa: PLC0415

        return parsedate_to_datetime(text)
    found: datetime.datetime = parser.parse(text, tzinfos={"GMT": _UTC})
    return found


def write(moment: datetime.datetime, form: str) -> Union[str, int, float]:
    """A moment in UTC as it is sent.

    Args:
        moment: The moment.
        form: 'iso8601', with microseconds if there are any; 'rfc822', in seconds; or 'unix', a
            number of seconds.
    """
    if form == "iso8601":
        return moment.strftime(
            "%Y-%m-%dT%H:%M:%S.%fZ" if moment.microsecond else "%Y-%m-%dT%H:%M:%SZ"
        )
    if form == "rfc822":
        day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
        return (
            f"{day}, {moment.day:02} {month} {moment.year:04} "
            f"{moment.hour:02}:{moment.minute:02}:{moment.second:02} GMT"
        )
    seconds = calendar.timegm(moment.timetuple())
    if moment.microsecond:
        # Divided once, and so rounded once.
        return (seconds * 10**6 + moment.microsecond) / 10**6
    return seconds
