import { deepEqual, equal } from "node:assert/strict";
import { createRequestHead, parseRequestHead } from "../../lib/proxy/request_head.ts";
import { decodeName, routeTarget } from "../../lib/proxy/target.ts";
import { bytesOf } from "./harness.ts";

Deno.test("decodeName() gives the name that a path segment stands for", () => {
  const rows: [string, string | undefined][] = [
    ["", ""],
    ["hello", "hello"],
    ["a%20b", "a b"],
    ["a+b", "a+b"],
    ["%68ello", "hello"],
    ["%c3%a9", "é"],
    ["\xc3\xa9", "é"],
    ["%C3\xa9", "é"],
    ["a%2Fb", "a/b"],
    ["%2e%2e", ".."],
    ["%", undefined],
    ["%zz", undefined],
    ["%c3", undefined],
    ["\xe9", undefined],
    ["%ff", undefined],
    ["%c0%af", undefined],
    ["%ed%a0%80", undefined],
  ];
  for (const [raw, name] of rows) equal(decodeName(raw), name, raw);
});

Deno.test("routeTarget() takes the name off the front", () => {
  const rows: [string, string, string][] = [
    ["/", "", ""],
    ["//a", "", "/a"],
    ["/?a", "", "?a"],
    ["/name", "name", ""],
    ["/name/", "name", "/"],
    ["/name?", "name", "?"],
    ["/name?a/b", "name", "?a/b"],
    ["/name//a?b", "name", "//a?b"],
    ["/a%20b/%2F", "a%20b", "/%2F"],
    ["http://h/name/a", "name", "/a"],
  ];
  for (const [target, name, rest] of rows) {
    const bytes = bytesOf(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`);
    const head = createRequestHead(4);
    parseRequestHead(bytes, { start: 0, end: bytes.length }, head, { maxTargetBytes: 99 });
    const { rawName, restStart } = routeTarget(bytes, head);
    const found = String.fromCharCode(...bytes.subarray(restStart, head.targetEnd));
    deepEqual([rawName, found], [name, rest], target);
  }
});
