"""The functions of SkyPilot that sky_rs answers for."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes longer than importing sky_rs
if TYPE_CHECKING:
    from typing import Dict, Tuple, Type


class Function:
    """One function of SkyPilot, and ours.

    Args:
        name: Its name.
        answer: Where ours is: ``module:name`` below ``sky_rs``.
        shapes: Digests of its code in the versions of SkyPilot that ours was compared with, newest
            first, separated by spaces; what they are digests of, :func:`_drift.shape` tells. A
            wrong one here is reported with the right one when the function is left alone.
        uses: The names it looks up when it is called, dotted, separated by spaces: in its module,
            or else builtins. Those that are functions of its own module count for the shape.
        hushed: The errors that it raises inside ``ux_utils.print_exception_no_traceback()``.
        logs: It logs what it does at debug level, and ours does not.
    """

    __slots__ = ("answer", "collaborators", "hushed", "logs", "name", "shapes")

    def __init__(  # noqa: PLR0913 - a row of the table
        self,
        name: str,
        answer: str,
        shapes: str,
        uses: str = "",
        *,
        hushed: Tuple[Type[BaseException], ...] = (),
        logs: bool = False,
    ) -> None:
        self.name = name
        self.answer = answer
        self.shapes = shapes.split()
        self.collaborators = tuple(uses.split())
        self.hushed = hushed
        self.logs = logs


_CGROUP = "_is_cgroup_v2 os.path.isfile open"
_CPU = f"os.getenv psutil.cpu_count os.sched_getaffinity _cpu_count _get_cgroup_cpu_limit {_CGROUP}"
_MEMORY = f"os.getenv psutil.virtual_memory _mem_size_gb _get_cgroup_memory_limit {_CGROUP}"
# Looked up in the class, which inherits them; tests replace them there.
_BIND = "socket.socket.bind"
_OPTION = "socket.socket.setsockopt"
_PORT = f"socket.socket {_BIND} logger.debug"  # the second shape: before 0.11.2 it did not log

# By module of SkyPilot. hash_file answers in Python on every setting, because the component's
# digests refuse the update() that hashlib's have.
#
# What is not here is left to SkyPilot: what depends on the state of its modules (the user's hash in
# the names of clusters, warnings that are shown once); what is there for what it logs and does to
# processes, or takes its time outside Python (get_parallel_threads() asks the kernel); and what is
# over sooner than a look at its collaborators (remove_color(), base64_url_encode(),
# get_display_node_names(), ...). Nothing would be gained.
TABLE: Dict[str, Tuple[Function, ...]] = {
    "sky.utils.common_utils": (
        Function("base36_encode", "strings:base36_encode", "26557541"),
        Function("find_free_port", "network:find_free_port", "e73f29b1 595cb42b", _PORT, logs=True),
        Function("format_float", "strings:format_float", "d6e89d2c"),
        Function("get_cpu_count", "system:get_cpu_count", "bc60a6fb", _CPU, hushed=(ValueError,)),
        Function(
            *("get_mem_size_gb", "system:get_mem_size_gb", "cd1ed6a0", _MEMORY),
            hushed=(ValueError,),
        ),
        Function("hash_file", "_python.hashing:hash_file", "821bff4f", "open hashlib.new"),
        Function(
            *(
                "is_port_available",
                "network:is_port_available",
                "3329a03d",
                f"socket.socket {_BIND} {_OPTION}",
            )
        ),
        Function(
            *("is_valid_env_var", "names:is_valid_env_var", "67372964"),
            "re.fullmatch _VALID_ENV_VAR_REGEX",
        ),
        Function(
            *("read_last_n_lines", "files:read_last_n_lines", "85d28d34", "os.path.exists open"),
            hushed=(RuntimeError,),
        ),
        Function("truncate_long_string", "strings:truncate_long_string", "974dd5dd"),
    ),
}
