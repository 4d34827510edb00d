// What the two commands have in common: arguments, report, exit status.

import { writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { transpiled } from "./component.js";

const SHOWN = 10;

// Milliseconds for all calls.
const RUN = 120_000;

// A signal ends what is under way as an error does, so that browser and files are not left behind.
const stopped = new Promise((_, reject) => {
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => reject(new Error(`ended by ${signal}`)));
  }
});
stopped.catch(() => {});

/**
 * Runs a command: transpiles the component of the command line, has a host run the calls of the
 * script there, prints the counts as JSON to standard output and what failed to standard error.
 * The exit status is 1 if anything failed.
 *
 * @param {(component: object, script: object, directory: string) =>
 *   Promise<{host: string, results: object}>} run Takes what `transpiled` returns, the script and an
 *   empty directory; returns the host's name and version, and what `runVectors` returns.
 */
export async function main(run) {
  const command = basename(process.argv[1]);
  const paths = process.argv.slice(2);
  if (paths.length !== 2) {
    console.error(`usage: node ${command} COMPONENT CALLS.json`);
    process.exitCode = 2;
    return;
  }
  try {
    const component = await transpiled(paths[0]);
    const calls = await script(paths[1]);
    const { host, results } = await inDirectory((path) => run(component, calls, path));
    report(`${host}, jco ${component.jco}`, component.sha256, results);
  } catch (error) {
    console.error(`${command}: ${error.message}`);
    process.exitCode = 1;
  }
}

/**
 * Waits for the results of a run, but not for ever.
 *
 * @template T
 * @param {Promise<T>} results
 * @returns {Promise<T>}
 * @throws {Error} If they take too long, or a signal comes.
 */
export function inTime(results) {
  const late = delay(RUN, undefined, { ref: false }).then(() => {
    throw new Error(`not done after ${RUN / 1000} seconds`);
  });
  return Promise.race([results, late, stopped]);
}

async function inDirectory(run) {
  const directory = await mkdtemp(join(tmpdir(), "sky-rs-"));
  try {
    return await run(directory);
  } finally {
    await rm(directory, { recursive: true, maxRetries: 5 });
  }
}

async function script(path) {
  const text = await readFile(path, "utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON: ${error.message}`, { cause: error });
  }
}

function report(host, sha256, results) {
  const functions = {};
  for (const [name, { passed, total, failures }] of Object.entries(results)) {
    functions[name] = { passed, total };
    failures.slice(0, SHOWN).forEach((failure) => console.error(`${name}: ${failure}`));
    if (failures.length > SHOWN) console.error(`${name}: and ${failures.length - SHOWN} more`);
    if (failures.length > 0) process.exitCode = 1;
  }
  // Fails at once, and not later, if nobody reads it.
  writeFileSync(1, `${JSON.stringify({ host, sha256, functions })}\n`);
}
