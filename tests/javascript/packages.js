// The packages in node_modules/.

import { readFile } from "node:fs/promises";

/**
 * Imports a package.
 *
 * @param {string} name
 * @returns {Promise<any>} Its exports.
 * @throws {Error} One that tells what to do if it is not installed.
 */
export async function installed(name) {
  try {
    return await import(name);
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Error(`${name} is not installed: npm ci --prefix tests/javascript`, { cause: error });
  }
}

/**
 * Where a file of a package is, exported or not.
 *
 * @param {string} name The package.
 * @param {string} path The file in it.
 * @returns {URL}
 */
export function fileOf(name, path) {
  return new URL(`node_modules/${name}/${path}`, import.meta.url);
}

/**
 * The version of a package that is installed.
 *
 * @param {string} name
 * @returns {Promise<string>}
 */
export async function version(name) {
  return JSON.parse(await readFile(fileOf(name, "package.json"), "utf8")).version;
}
