"""The portability matrix: the same component, the same vectors, every host there is.

Run by ``make matrix``. Each host is a column: it loads the built component, is held to the golden
vectors (tests/vectors), and tells how many of each function's cases it answered as SkyPilot did.
"""
