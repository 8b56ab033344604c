import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type IndexEntry, indexEntry, indexReply } from "../../lib/proxy/function_index.ts";
import { faultOf } from "../../lib/proxy/http1/fault.ts";
import type { FaultCode } from "../../lib/proxy/http1/fault.ts";

const refused = (code: FaultCode) =>
  ({ type: "refused", fault: faultOf(code, { detail: "secret" }) }) as const;

Deno.test("indexEntry() has a status and a path, and no reason", () => {
  const rows = [
    [{ type: "waiting" }, "waiting"],
    [refused("function-stopped"), "stopped"],
    [refused("function-exited"), "restarting"],
    [refused("function-failed"), "failed"],
    [refused("function-unavailable"), "failed"],
  ] as const;
  for (const [route, status] of rows) {
    deepEqual(indexEntry("a b", route), { name: "a b", status, url: "/a%20b/" });
  }
});

const HOSTILE = `<img src=x onerror="alert('1')">&`;
const entries: readonly IndexEntry[] = [
  { name: "shop", status: "ready", url: "/shop/" },
  indexEntry(HOSTILE, { type: "waiting" }),
];

Deno.test("indexReply() is HTML for browsers, with every name escaped", () => {
  const { status, body, contentType, fields } = indexReply(entries, "text/html,*/*;q=0.8");
  equal(status, 200);
  equal(contentType, "text/html; charset=utf-8");
  match(body, /<li><a href="\/shop\/">shop<\/a> ready\n/);
  ok(!body.includes("<img"));
  match(body, /&#60;img src=x onerror=&#34;alert\(&#39;1&#39;\)&#34;&#62;&#38;<\/a> waiting/);
  deepEqual(fields, {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "vary": "accept",
    "content-security-policy":
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  });
  match(indexReply([], "text/html").body, /No functions/);
});

Deno.test("indexReply() is JSON or text for programs", () => {
  const json = indexReply(entries, "application/json");
  equal(json.contentType, "application/json");
  equal(json.fields!["cache-control"], "no-store");
  deepEqual(JSON.parse(json.body), { functions: entries });
  for (const accept of ["*/*", "", "text/plain", "application/json;q=0"]) {
    const { body, contentType } = indexReply(entries.slice(0, 1), accept);
    equal(body, "/shop/ ready\n");
    equal(contentType, undefined);
  }
  equal(indexReply([], "").body, "No functions\n");
});
