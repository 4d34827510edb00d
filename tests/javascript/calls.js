// The eight functions, as calls of the component with the arguments of the script that
// tests/golden/src/script.rs describes, and its form of answers.

const MAX_U32 = 2 ** 32 - 1;
const MAX_U64 = 2n ** 64n - 1n;
const dispose = Symbol.dispose ?? Symbol.for("dispose");

/**
 * From the names of the functions to the functions themselves. Each takes an open instance (see
 * vectors.js) and the arguments of a call, returns the answer and throws what jco throws.
 */
export const CALLS = {
  base36_encode: ({ exports }, { hex }) => exports.strings.base36Encode(hex),

  format_float: ({ exports }, { value, precision }) =>
    exports.strings.formatFloat(fromBits(value), precision),

  truncate_long_string: ({ exports }, { text, "max-length": maxLength, middle }) =>
    exports.strings.truncateLongString(text, BigInt(maxLength), middle) ?? text,

  read_last_n_lines({ exports, writeFile }, { file, n, lossy }) {
    const content = contentOf(file);
    const size = BigInt(content.length);
    const tail = exports.io.LastLines.open(writeFile(content), size, BigInt(n));
    try {
      while (tail.step(MAX_U32));
      return lines(tail.take(lossy));
    } finally {
      tail[dispose]();
    }
  },

  hash_file({ exports, writeFile }, { file, algorithm }) {
    const batch = new exports.hashing.Batch(algorithm);
    try {
      batch.add(0, 0, writeFile(contentOf(file)), 0n, MAX_U64);
      while (batch.step(MAX_U32) > 0);
      const { digest } = batch.take();
      if (digest.tag === "err")
        throw Object.assign(new Error("no digest"), { payload: digest.val });
      return digest.val;
    } finally {
      batch[dispose]();
    }
  },

  find_free_port: ({ exports }, { start }) => `${exports.io.findFreePort(BigInt(start))}`,

  get_cpu_count({ exports, state }, machine) {
    state.machine = machine;
    return `${exports.system.getCpuCount()}`;
  },

  get_mem_size_gb({ exports, state }, machine) {
    state.machine = machine;
    return toBits(exports.system.getMemSizeGb());
  },
};

function fromBits(digits) {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${digits}`));
  return view.getFloat64(0);
}

function toBits(float) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Number.isNaN(float) ? NaN : float);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}

function contentOf(parts) {
  const lengths = parts.map(({ hex, times }) => (hex.length / 2) * times);
  const content = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let start = 0;
  parts.forEach(({ hex }, i) => {
    const bytes = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
    const end = start + lengths[i];
    for (; start < end; start += bytes.length) content.set(bytes, start);
  });
  return content;
}

// The host ends every line but the last with a line feed.
function lines(joined) {
  if (joined === undefined) return [];
  const pieces = joined.split("\n");
  const last = pieces.pop();
  return [...pieces.map((line) => `${line}\n`), last];
}
