"""How much faster than the fallback the component is. Made by `make routes`."""

#: When and where it was measured.
MEASURED = {
    "date": "2026-11-25",
    "machine": "AMD EPYC, 2 CPUs, Linux",
    "load": "4.2",
    "python": "CPython 3.11.7",
    "wasmtime": "50.0.1",
    "sky_rs": "0.1.0",
    "component_sha256": "4190beaef86916aaabfe80a87df4a4596eb941f14a5d037414348f5044bc981a",
}

#: By function, kind and size of a call: the fallback's time over the component's.
RATIOS = {
    "base36_encode": {
        "": {
            8: 0.19,
            32: 0.32,
            512: 2.32,
            4096: 0.99,
            16384: 0.602,
        },
    },
    "find_free_port": {
        "": {
            0: 0.444,
            200: 0.944,
        },
    },
    "format_float": {
        "": {
            0: 0.134,
        },
    },
    "get_cpu_count": {
        "": {
            0: 0.292,
        },
    },
    "get_mem_size_gb": {
        "": {
            0: 0.335,
        },
    },
    "hash_file": {
        "md5": {
            1024: 0.0642,
            65536: 0.492,
            1048576: 0.787,
            16777216: 0.845,
            67108864: 0.863,
        },
        "sha1": {
            1024: 0.0618,
            65536: 0.221,
            1048576: 0.341,
            16777216: 0.374,
            67108864: 0.377,
        },
        "sha256": {
            1024: 0.0607,
            65536: 0.165,
            1048576: 0.216,
            16777216: 0.23,
            67108864: 0.221,
        },
        "sha512": {
            1024: 0.0654,
            65536: 0.298,
            1048576: 0.433,
            16777216: 0.459,
            67108864: 0.461,
        },
    },
    "read_last_n_lines": {
        "": {
            1: 0.204,
            10: 0.216,
            100: 0.39,
            1000: 0.733,
            2000: 0.894,
            5000: 0.901,
            10000: 0.918,
            100000: 0.905,
        },
    },
    "truncate_long_string": {
        "": {
            72: 0.194,
            1000: 0.197,
            10000: 0.153,
        },
    },
}

#: How fast hashlib is there, relative to MD5.
HASHLIB = {
    "md5": 1.0,
    "sha1": 2.43,
    "sha256": 2.59,
    "sha512": 1.36,
}
