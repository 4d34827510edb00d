// Holds the component to the golden vectors in a headless Chromium, with files in memory:
//
//     node tests/javascript/chromium.js COMPONENT CALLS.json
//
// The browser is $CHROMIUM or the first of chromium, chromium-browser and google-chrome on PATH.

import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inTime, main } from "./command.js";
import { fileOf, installed } from "./packages.js";
import { serve } from "./server.js";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

const OWN_FILES = ["browser.js", "vectors.js", "calls.js", "host.js"];

// wasi:filesystem and wasi:io for browsers, with what these import.
const SHIM = "dist/browser/";
const SHIM_FILES = [
  "filesystem.js",
  "in-memory-filesystem.js",
  "opfs-filesystem.js",
  "environment.js",
  "config.js",
  "io.js",
  "common.js",
];

// Milliseconds for the browser to start and to end.
const START = 30_000;
const END = 5_000;

await main(async ({ entry, files }, script, directory) => {
  const executablePath = findBrowser();
  const server = await serve(served(entry, files, script));
  try {
    const browser = await launched(executablePath, directory);
    try {
      return await resultsOf(browser, server.origin);
    } finally {
      await end(browser);
    }
  } finally {
    await server.close();
  }
});

function findBrowser() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const directories = (process.env.PATH ?? "").split(delimiter);
  const paths = NAMES.flatMap((name) => directories.map((directory) => join(directory, name)));
  const found = paths.find(isExecutable);
  if (found === undefined) {
    throw new Error(
      `no ${NAMES.join(", ")} on PATH: install one, such as Debian's package chromium, ` +
        "or name it in CHROMIUM",
    );
  }
  return found;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// Everything that the page may load, by its path.
function served(entry, files, script) {
  const modules = [...files].filter(([name]) => name.endsWith(".wasm"));
  const own = (name) => readFileSync(new URL(name, import.meta.url));
  const shim = (name) => readFileSync(fileOf("@bytecodealliance/preview2-shim", SHIM + name));
  return new Map([
    ["/", "<!doctype html><title>Golden vectors</title>"],
    ["/favicon.ico", ""],
    ["/calls.json", JSON.stringify(script)],
    ["/component.js", files.get(entry)],
    ...modules.map(([name, module]) => [`/${name}`, module]),
    ...OWN_FILES.map((name) => [`/${name}`, own(name)]),
    ...SHIM_FILES.map((name) => [`/shim/${name}`, shim(name)]),
  ]);
}

async function launched(executablePath, directory) {
  const { launch } = await installed("puppeteer-core");
  const options = {
    executablePath,
    // Chromium's sandbox does not work for root.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    // Through a pipe, Chromium ends if this process does, and listens at no port.
    pipe: true,
    // All that it writes.
    userDataDir: directory,
    env: { ...process.env, TMPDIR: directory },
    timeout: START,
    handleSIGINT: false,
    handleSIGTERM: false,
  };
  return launch(options).catch((error) => {
    throw new Error(`${executablePath} does not start: ${error.message}`, { cause: error });
  });
}

async function resultsOf(browser, origin) {
  const page = await browser.newPage();
  page.on("console", (message) => console.error(message.text()));
  await page.goto(origin, { timeout: START });
  const results = await inTime(page.evaluate(async () => (await import("/browser.js")).run()));
  return { host: (await browser.version()).replace(/^.*\//, "Chromium "), results };
}

async function end(browser) {
  const closed = browser.close().then(() => true);
  const ended = await Promise.race([closed, delay(END, false, { ref: false })]).catch(() => false);
  if (!ended) browser.process()?.kill("SIGKILL");
}
