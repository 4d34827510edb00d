// Files for a browser, from memory and on loopback.

import { createServer } from "node:http";
import { extname } from "node:path";

const TYPES = {
  "": "text/html",
  ".ico": "image/x-icon",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/**
 * Serves files at a free port of 127.0.0.1 until it is told to stop.
 *
 * @param {Map<string, Uint8Array | string>} files From the paths of URLs to what is there.
 * @returns {Promise<{origin: string, close: () => Promise<void>}>}
 */
export async function serve(files) {
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const file = files.get(path);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const headers = {
      "content-type": TYPES[extname(path)],
      "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    };
    response.writeHead(200, headers).end(file);
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      const closed = new Promise((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}
