"""How much faster than the fallback the component is. Made by `make routes`."""

#: When and where it was measured.
MEASURED = {
    "date": "2026-11-25",
    "machine": "AMD EPYC, 2 CPUs, Linux",
    "load": "3.3",
    "python": "CPython 3.11.7",
    "wasmtime": "50.0.1",
    "sky_rs": "0.1.0",
    "component_sha256": "4190beaef86916aaabfe80a87df4a4596eb941f14a5d037414348f5044bc981a",
}

#: By function, kind and size of a call: the fallback's time over the component's.
RATIOS = {
    "base36_encode": {
        "": {
            8: 0.189,
            32: 0.324,
            512: 2.31,
            4096: 0.99,
            16384: 0.597,
        },
    },
    "find_free_port": {
        "": {
            0: 0.435,
            200: 0.946,
        },
    },
    "format_float": {
        "": {
            0: 0.136,
        },
    },
    "get_cpu_count": {
        "": {
            0: 0.297,
        },
    },
    "get_mem_size_gb": {
        "": {
            0: 0.336,
        },
    },
    "hash_file": {
        "md5": {
            1024: 0.0434,
            65536: 0.413,
            1048576: 0.713,
            16777216: 0.822,
            67108864: 0.676,
        },
        "sha1": {
            1024: 0.0346,
            65536: 0.187,
            1048576: 0.301,
            16777216: 0.356,
            67108864: 0.309,
        },
        "sha256": {
            1024: 0.0324,
            65536: 0.167,
            1048576: 0.193,
            16777216: 0.217,
            67108864: 0.22,
        },
        "sha512": {
            1024: 0.05,
            65536: 0.257,
            1048576: 0.405,
            16777216: 0.45,
            67108864: 0.423,
        },
    },
    "read_last_n_lines": {
        "": {
            1: 0.181,
            10: 0.21,
            100: 0.376,
            1000: 0.727,
            2000: 0.729,
            5000: 0.774,
            10000: 0.873,
            100000: 0.774,
        },
    },
    "truncate_long_string": {
        "": {
            72: 0.191,
            1000: 0.197,
            10000: 0.146,
        },
    },
}

#: How fast hashlib is there, relative to MD5.
HASHLIB = {
    "md5": 1.0,
    "sha1": 2.43,
    "sha256": 2.3,
    "sha512": 1.36,
}
