// Holds the component to the recorded outcomes; runs in Node and in browsers.

import { CALLS } from "./calls.js";

/**
 * An instance of the component and what its calls need.
 *
 * @typedef {object} Instance
 * @property {object} exports The component's exports.
 * @property {{machine: object}} state What its host imports answer.
 * @property {(content: Uint8Array) => string} writeFile Puts a file into the preopened directory,
 *   in place of the one before, and returns its name.
 */

/**
 * Makes all calls of a script, those of a function on one instance: what a call leaves behind must
 * not change the next answer.
 *
 * @param {object} script What `cargo run -p golden-vectors --example calls` prints.
 * @param {() => Promise<Instance>} open Makes an instance.
 * @returns {Promise<Record<string, {passed: number, total: number, failures: string[]}>>} For each
 *   function how many answers are the recorded ones, of how many that the component gave (it may
 *   leave calls to its host), and what is wrong, by the ids of the cases.
 */
export async function runVectors(script, open) {
  const results = {};
  for (const name of new Set([...Object.keys(CALLS), ...Object.keys(script)])) {
    const { floor, cases } = script[name] ?? { floor: 1, cases: [] };
    const instance = await open();
    const result = { passed: 0, total: 0, failures: [] };
    for (const recorded of cases) await compare(CALLS[name], instance, recorded, result);
    if (result.total < floor) {
      result.failures.push(`only ${result.total} calls were answered, not ${floor}`);
    }
    results[name] = result;
  }
  return results;
}

async function compare(call, instance, recorded, result) {
  const outcome = perform(call, instance, recorded.call);
  if (outcome.error?.tag === "unsupported") return;
  result.total += 1;
  if (await agrees(outcome, recorded)) {
    result.passed += 1;
  } else {
    const expected = { returned: recorded.returns, error: recorded.raises };
    result.failures.push(`${recorded.id}: got ${brief(outcome)}, not ${brief(expected)}`);
  }
}

function perform(call, instance, args) {
  try {
    return { returned: call(instance, args) };
  } catch (error) {
    // Anything without a payload is no answer of the component's: a trap, or a fault in here.
    return error.payload === undefined ? { trap: `${error}` } : { error: error.payload };
  }
}

async function agrees({ returned, error }, { returns, raises }) {
  if (returned !== undefined) return returns !== undefined && isReturned(returned, returns);
  return error !== undefined && raises !== undefined && raises.some((one) => isSame(error, one));
}

async function isReturned(returned, expected) {
  if (Array.isArray(expected)) {
    if (!Array.isArray(returned) || returned.length !== expected.length) return false;
    const same = await Promise.all(returned.map((text, i) => isReturned(text, expected[i])));
    return same.every(Boolean);
  }
  if (typeof expected === "object" && expected !== null) {
    const digest = await sha256(returned);
    return digest === expected.sha256 && [...returned].length === expected.length;
  }
  return returned === expected;
}

function isSame(error, expected) {
  return JSON.stringify(sorted(error)) === JSON.stringify(sorted(expected));
}

function sorted({ tag, val }) {
  return [tag, typeof val === "object" ? Object.entries(val).sort() : val];
}

async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function brief(value) {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
