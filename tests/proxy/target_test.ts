import { deepEqual, equal } from "node:assert/strict";
import { createRequestHead, parseRequestHead } from "../../lib/proxy/http1/request_head.ts";
import { routeTarget } from "../../lib/proxy/target.ts";
import { bytesOf } from "./harness.ts";

/** The name, the prefix and the rest of the target of one request. */
function route(target: string, host: string, domains: readonly string[]) {
  const bytes = bytesOf(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const head = createRequestHead(4);
  const fault = parseRequestHead(bytes, { start: 0, end: bytes.length }, head, {
    maxTargetBytes: 99,
  });
  equal(fault, undefined);
  const { name, rawPrefix, restStart } = routeTarget(head, domains);
  const rest = String.fromCharCode(...bytes.subarray(restStart, head.targetEnd));
  return { name, rawPrefix, rest };
}

Deno.test("routeTarget() decodes the name in the path", () => {
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
  for (const [raw, name] of rows) equal(route(`/${raw}`, "h", []).name, name, raw);
});

Deno.test("routeTarget() splits the target after the name", () => {
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
  for (const [target, rawName, rest] of rows) {
    const name = decodeURIComponent(rawName);
    deepEqual(route(target, "h", []), { name, rawPrefix: `/${rawName}`, rest }, target);
  }
});

Deno.test("routeTarget() takes the name before a domain in Host", () => {
  const rows: [string, string | undefined][] = [
    ["hello.example.org", "hello"],
    ["Hello.EXAMPLE.org:9999", "hello"],
    ["hello.example.org.", "hello"],
    ["hello.example.org.:80", "hello"],
    ["a.b.example.org", "a.b"],
    ["hello.other.net", "hello"],
    ["example.org", undefined],
    [".example.org", ""],
    ["helloexample.org", undefined],
    ["hello.example.org.evil.com", undefined],
    ["192.0.2.1:80", undefined],
    ["[::1]:80", undefined],
    ["", undefined],
  ];
  for (const [host, name] of rows) {
    equal(route("/path", host, ["example.org", "other.net"]).name, name ?? "path", host);
  }
});

Deno.test("routeTarget() keeps the whole target if the host names the function", () => {
  const rows: [string, string, string, string][] = [
    ["/a?b", "hello.example.org", "hello", "/a?b"],
    ["/hello/a", "example.org", "hello", "/a"],
    ["/hello/a", "elsewhere", "hello", "/a"],
    ["http://hello.example.org/a", "x.example.org", "hello", "/a"],
  ];
  for (const [target, host, name, rest] of rows) {
    const routed = route(target, host, ["example.org"]);
    deepEqual([routed.name, routed.rest], [name, rest], `${host} ${target}`);
  }
});
