// What is wrong is noticed: `npm test --prefix tests/javascript`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runVectors } from "./vectors.js";

const LONG = {
  sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  length: 3,
};

/** The result of one case of `base36_encode`, for which the component does what `encode` does. */
async function resultOf(encode, expected, floor = 1) {
  const cases = [{ id: "a-case", call: { hex: "ff" }, ...expected }];
  const exports = { strings: { base36Encode: encode } };
  const results = await runVectors({ base36_encode: { floor, cases } }, async () => ({ exports }));
  return results.base36_encode;
}

function raising(payload) {
  return () => {
    throw Object.assign(new Error("as jco throws it"), { payload });
  };
}

async function assertPasses(encode, expected) {
  assert.deepEqual(await resultOf(encode, expected), { passed: 1, total: 1, failures: [] });
}

async function assertFails(encode, expected, why) {
  const { passed, failures } = await resultOf(encode, expected);
  assert.equal(passed, 0);
  assert.equal(failures.length, 1);
  assert.match(failures[0], why);
}

test("texts, and the digests of long ones", async () => {
  await assertPasses(() => "73", { returns: "73" });
  await assertPasses(() => "abc", { returns: LONG });
  await assertFails(() => "74", { returns: "73" }, /^a-case: got .*"74".*, not .*"73"/);
  await assertFails(() => "abd", { returns: LONG }, /"abd"/);
  await assertFails(() => "abc", { returns: { ...LONG, length: 4 } }, /"abc"/);
});

test("lists have the same length and the same texts", async () => {
  await assertPasses(() => ["a\n", "abc"], { returns: ["a\n", LONG] });
  for (const lines of [["a\n"], ["a\n", ""], ["a\n", "b", "c"], ["b\n", "b"], [], "a\nb"]) {
    await assertFails(() => lines, { returns: ["a\n", "b"] }, /a-case/);
  }
});

test("failures are told apart, with what they carry", async () => {
  const invalid = (nan) => ({ tag: "invalid-override", val: { text: "nan", nan } });
  await assertPasses(raising({ tag: "invalid-hex" }), { raises: [{ tag: "invalid-hex" }] });
  await assertPasses(raising(invalid(true)), { raises: [invalid(true)] });
  await assertFails(raising(invalid(true)), { raises: [invalid(false)] }, /a-case/);
  await assertFails(raising({ tag: "negative-hex" }), { raises: [{ tag: "invalid-hex" }] }, /neg/);
  await assertFails(raising({ tag: "invalid-hex" }), { raises: [] }, /a-case/);
});

test("an answer is no failure, and a failure no answer", async () => {
  await assertFails(() => "73", { raises: [{ tag: "invalid-hex" }] }, /"73"/);
  await assertFails(raising({ tag: "invalid-hex" }), { returns: "73" }, /invalid-hex/);
  await assertFails(() => "73", { returns: null }, /null/);
});

test("a trap is neither", async () => {
  const trap = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  await assertFails(trap, { returns: "73" }, /unreachable/);
  await assertFails(trap, { raises: [{ tag: "invalid-hex" }] }, /unreachable/);
});

test("leaving everything to the host is noticed", async () => {
  const { total, failures } = await resultOf(raising({ tag: "unsupported", val: "all" }), {
    returns: "73",
  });
  assert.equal(total, 0);
  assert.deepEqual(failures, ["only 0 calls were answered, not 1"]);
});

test("a function without cases is noticed, and a case without function", async () => {
  const cases = [{ id: "a-case", call: {}, returns: "73" }];
  const results = await runVectors({ unknown: { floor: 1, cases } }, async () => ({}));
  assert.equal(Object.keys(results).length, 9);
  assert.match(results.unknown.failures[0], /^a-case: .*not a function/);
  assert.deepEqual(results.hash_file.failures, ["only 0 calls were answered, not 1"]);
});
