// The part of chromium.js that runs in the page.

import { instantiate } from "/component.js";
import { createFilesystem, InMemoryFilesystemAdapter } from "/shim/filesystem.js";
import * as io from "/shim/io.js";
import { hostImports } from "./host.js";
import { runVectors } from "./vectors.js";

const FILE = "file";

/**
 * Makes all calls of /calls.json.
 *
 * @returns {Promise<object>} What `runVectors` returns.
 */
export async function run() {
  const script = await (await fetch("/calls.json")).json();
  const modules = new Map();
  const module = (name) => {
    if (!modules.has(name)) modules.set(name, WebAssembly.compileStreaming(fetch(`/${name}`)));
    return modules.get(name);
  };
  return runVectors(script, async () => {
    const state = { machine: {} };
    const directory = { dir: {} };
    const adapter = new InMemoryFilesystemAdapter();
    const filesystem = createFilesystem({ adapter, preopens: { "/": directory } });
    return {
      exports: await instantiate(module, hostImports(state, { filesystem, io })),
      state,
      writeFile(content) {
        directory.dir[FILE] = { source: content };
        return FILE;
      },
    };
  });
}
