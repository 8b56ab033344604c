import assert from "node:assert/strict";
import { namesPassingFailure } from "../../lib/check/passing_diagnostics.ts";

const passing: readonly string[] = [
  "error: Import 'http://a.test/a.ts' failed.\n    0: error sending request for url " +
  "(http://a.test/a.ts): client error (Connect): dns error: failed to lookup address information: " +
  "Temporary failure in name resolution",
  "error: Import 'http://a.test/a.ts' failed.\n    3: Connection refused (os error 111)\n" +
  "    0: error sending request for url (http://a.test/a.ts)",
  "error: Import 'http://a.test/a.ts' failed: 503 Service Unavailable\n    at file:///i.ts:1:8",
  "error: Import 'http://a.test/a.ts' failed: 429 Too Many Requests",
  "error: Import 'http://a.test/a.ts' failed: 408 Request Timeout",
  "error: writing the cache: No space left on device (os error 28)",
  "error: Cannot allocate memory (os error 12)",
  "error: Too many open files (os error 24)",
  "error: Resource temporarily unavailable (os error 11)",
  "=====\nDeno could not start: unable to create worker threads.\n\nThis usually happens when",
  "bwrap: Creating new namespace failed: Resource temporarily unavailable",
  // An error of the code, but in one output with a failed fetch.
  "TS2322 [ERROR]: no\nerror: Import 'http://a.test/a.ts' failed: 500 Internal Server Error",
];

const final: readonly string[] = [
  "",
  "TS2322 [ERROR]: Type 'string' is not assignable to type 'number'.",
  "TS2307 [ERROR]: Cannot find module 'http://a.test/404.ts'.",
  "error: Import 'http://a.test/a.ts' failed: 403 Forbidden",
  "error: Import 'http://a.test/a.ts' failed: 404 Not Found",
  "error: No such file or directory (os error 2)",
  "error: Permission denied (os error 13)",
  "TS2322 [ERROR]: Type '\"a (os error 28)\"' is not assignable to type 'number'.",
];

Deno.test("namesPassingFailure() recognises failures of the network and the host", () => {
  for (const text of passing) assert.equal(namesPassingFailure(text), true, text);
});

Deno.test("namesPassingFailure() ignores errors of the code", () => {
  for (const text of final) assert.equal(namesPassingFailure(text), false, text);
});
