// What a host gives the component: the three interfaces of wit/host-*.wit and the four of WASI.

const FACTS = {
  cpu: ["cpu-core-limit", "logical-cpus", "affinity", "cpu-max", "cfs-quota", "cfs-period"],
  memory: ["memory-gb-limit", "memory-bytes-limit", "physical-memory", "memory-limit"],
};

/**
 * The imports of one instance, and nothing else.
 *
 * @param {{machine: object}} state What the machine looks like, as host-system.wit names the facts;
 *   may be replaced between calls. Every port is free on it.
 * @param {{filesystem: object, io: object}} wasi An implementation of WASI, with its preopens.
 * @returns {Record<string, object>} For the `instantiate` that jco wrote.
 */
export function hostImports(state, { filesystem, io }) {
  return {
    "skypilot:utils/host-log": {
      log(level, target, message) {
        if (level === "error" || level === "warn") console.error(`${target}: ${message}`);
      },
      giveUp: () => {
        throw new Error("the component gave up");
      },
    },
    "skypilot:utils/host-network": {
      firstFreePort: (start) => start,
    },
    "skypilot:utils/host-system": {
      takeSnapshot: (subject) => snapshot(state.machine, FACTS[subject]),
    },
    "wasi:filesystem/preopens": filesystem.preopens,
    "wasi:filesystem/types": filesystem.types,
    "wasi:io/error": io.error,
    "wasi:io/streams": io.streams,
  };
}

function snapshot(machine, facts) {
  const told = facts.filter((fact) => fact in machine);
  return Object.fromEntries([
    ["cgroupV2", machine["cgroup-v2"]],
    ...told.map((fact) => [camelCase(fact), fromScript(fact, machine[fact])]),
  ]);
}

function fromScript(fact, value) {
  return fact === "physical-memory" ? BigInt(value) : value;
}

function camelCase(name) {
  return name.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase());
}
