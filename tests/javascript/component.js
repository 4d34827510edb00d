// The component as JavaScript and core modules, by jco. Nothing is kept on disk, so what runs is
// what the file holds now.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { installed, version } from "./packages.js";

const NAME = "utils";
const ENTRY = `${NAME}.js`;

/**
 * Transpiles a component.
 *
 * @param {string} path The component's file.
 * @returns {Promise<{sha256: string, jco: string, entry: string, files: Map<string, Uint8Array>}>}
 *   The digest of the bytes that were transpiled, jco's version, and what jco wrote; `entry` names
 *   the file that exports `instantiate`.
 */
export async function transpiled(path) {
  const bytes = await readFile(path);
  const { transpile } = await installed("@bytecodealliance/jco");
  const options = {
    name: NAME,
    instantiation: "async",
    nodejsCompat: false,
    typescript: false,
  };
  const { files } = await transpile(bytes, options).catch((error) => {
    throw new Error(`jco does not take ${path}: ${error.message}`, { cause: error });
  });
  return {
    sha256: createHash("sha256").update(bytes).digest("hex"),
    jco: await version("@bytecodealliance/jco"),
    entry: ENTRY,
    files: new Map(Object.entries(files)).set(ENTRY, keepingMarks(files[ENTRY])),
  };
}

// jco decodes texts by `new TextDecoder()`, which takes a U+FEFF at the start for a byte order mark
// and drops it. In the component's texts it is a character as any other.
function keepingMarks(entry) {
  const source = new TextDecoder().decode(entry);
  const kept = source.replaceAll(
    "new TextDecoder()",
    'new TextDecoder("utf-8", {ignoreBOM: true})',
  );
  return new TextEncoder().encode(kept);
}
