import assert from "node:assert/strict";
import { type FaultCode, faultOf } from "../lib/proxy/http1/fault.ts";
import { readPage } from "./readme.ts";

/** All codes; the type check fails if one is missing. */
const CODES: Readonly<Record<FaultCode, true>> = {
  "malformed-request": true,
  "function-not-found": true,
  "head-timeout": true,
  "body-timeout": true,
  "body-too-large": true,
  "target-too-long": true,
  "head-too-large": true,
  "too-many-fields": true,
  "too-many-in-flight": true,
  "rate-limited": true,
  "client-closed": true,
  "function-failed": true,
  "proxy-failed": true,
  "method-not-implemented": true,
  "coding-not-implemented": true,
  "upstream-failed": true,
  "function-exited": true,
  "function-unavailable": true,
  "function-starting": true,
  "function-stopped": true,
  "function-busy": true,
  "too-many-connections": true,
  "upstream-timeout": true,
  "version-not-supported": true,
};

const codes = Object.keys(CODES) as FaultCode[];

Deno.test("docs/troubleshooting.md has an entry with text for every x-ddsrv-error code", async () => {
  const page = await readPage("docs/troubleshooting.md");
  const entries = [...page.matchAll(/^### `([a-z-]+)` \((\d+)\)\n\n(?=\S)(?!#)/gm)]
    .map(([, code = "", status = ""]) => `${code} ${status}`);
  assert.deepEqual(
    entries.toSorted(),
    codes.map((code) => `${code} ${faultOf(code).status}`).toSorted(),
  );
});

Deno.test("docs/proxy.md lists every x-ddsrv-error code beside its status", async () => {
  const page = await readPage("docs/proxy.md");
  const listed = [...page.matchAll(/^\| (\d{3}) +\| (`[a-z-]+`(?:, `[a-z-]+`)*) +\|/gm)]
    .flatMap(([, status = "", cell = ""]) =>
      [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code = ""]) => `${code} ${status}`)
    );
  assert.deepEqual(
    listed.toSorted(),
    codes.map((code) => `${code} ${faultOf(code).status}`).toSorted(),
  );
});
