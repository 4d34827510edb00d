// Holds the component to the golden vectors in Node, with real files:
//
//     node tests/javascript/node.js COMPONENT CALLS.json

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { inTime, main } from "./command.js";

await main(async (component, script, directory) => {
  const results = await inWorker({ component, script, directory });
  return { host: `Node ${process.version}`, results };
});

// A thread can be ended even if a call of the component never returns.
async function inWorker(workerData) {
  const worker = new Worker(new URL("worker.js", import.meta.url), { workerData });
  try {
    const [results] = await inTime(once(worker, "message"));
    return results;
  } finally {
    await worker.terminate();
  }
}
