"""What of SkyPilot's is in sky_rs, and where: for code that is to use it directly.

More than a patch replaces: who calls sky_rs by its name wants what sky_rs does.
"""

from __future__ import annotations

#: By module of SkyPilot: where its functions are in sky_rs.
HOMES = {
    "sky.utils.common_utils": {
        "sky_rs": "base36_encode find_free_port format_float get_cpu_count get_mem_size_gb "
        "hash_file is_port_available read_last_n_lines truncate_long_string",
        "sky_rs.encoding": "base64_url_encode compute_code_challenge remove_color",
        "sky_rs.names": "get_display_node_names get_user_hash is_valid_env_var "
        "make_cluster_name_on_cloud merge_node_names_lineage",
    },
    "sky.utils.perf_utils": {
        "sky_rs.perf_utils": "get_loop_lag_threshold get_loop_stall_threshold",
    },
    "sky.utils.subprocess_utils": {
        "sky_rs.subprocess_utils": "get_max_workers_for_file_mounts get_parallel_threads "
        "handle_returncode is_echo_disabled kill_children_processes kill_process_daemon "
        "kill_process_with_grace_period launch_new_process_tree run run_in_parallel "
        "run_no_outputs run_with_retries slow_start_processes",
    },
}

#: By dotted name of SkyPilot's: the module it is in, its name, and where it is in sky_rs.
FUNCTIONS = {
    f"{module}.{name}": (module, name, home)
    for module, homes in HOMES.items()
    for home, names in homes.items()
    for name in names.split()
}
