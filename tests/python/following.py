"""A file that is followed, in tests."""

import sky_rs

SOON = 0.002


def append(path, content):
    with open(path, "ab") as file:
        file.write(content)


class Following:
    """What comes of a file between one change and the next."""

    def __init__(self, path, n=10, **options):
        self._lines = sky_rs.follow(
            str(path), n, poll_interval=SOON, stop=lambda: self._stop, **options
        )
        self._stop = False

    def finish(self):
        self._stop = True
        return list(self._lines)

    def take(self, count):
        return [next(self._lines) for _ in range(count)]
