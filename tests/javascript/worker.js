// The part of node.js that runs in a thread.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { hostImports } from "./host.js";
import { installed } from "./packages.js";
import { runVectors } from "./vectors.js";

const FILE = "file";

const { component, script, directory } = workerData;
const shim = "@bytecodealliance/preview2-shim";
const { createFilesystem } = await installed(`${shim}/filesystem`);
const io = await installed(`${shim}/io`);
const entry = Buffer.from(component.files.get(component.entry)).toString("base64");
const { instantiate } = await import(`data:text/javascript;base64,${entry}`);
const module = (name) => WebAssembly.compile(component.files.get(name));

const results = await runVectors(script, async () => {
  const state = { machine: {} };
  // Not read-only: the shim has no such directories.
  const filesystem = createFilesystem({ preopens: { "/": directory } });
  return {
    exports: await instantiate(module, hostImports(state, { filesystem, io })),
    state,
    writeFile(content) {
      writeFileSync(join(directory, FILE), content);
      return FILE;
    },
  };
});
parentPort.postMessage(results);
