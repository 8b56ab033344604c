import { deepEqual, equal } from "node:assert/strict";
import { createRequestHead, parseRequestHead } from "../../lib/proxy/http1/request_head.ts";
import { decodeName, nameOfHost, routeTarget } from "../../lib/proxy/target.ts";
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
  for (const [target, rawName, rest] of rows) {
    const bytes = bytesOf(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`);
    const head = createRequestHead(4);
    parseRequestHead(bytes, { start: 0, end: bytes.length }, head, { maxTargetBytes: 99 });
    const { name, rawPrefix, restStart } = routeTarget(head, []);
    const found = String.fromCharCode(...bytes.subarray(restStart, head.targetEnd));
    deepEqual([rawPrefix, name, found], [`/${rawName}`, decodeName(rawName), rest], target);
  }
});

Deno.test("nameOfHost() gives what stands before a domain", () => {
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
    equal(nameOfHost(host, ["example.org", "other.net"]), name, host);
  }
});

Deno.test("routeTarget() leaves the whole target to a function that the host names", () => {
  const rows: [string, string, string, string][] = [
    ["/a?b", "hello.example.org", "hello", "/a?b"],
    ["/hello/a", "example.org", "hello", "/a"],
    ["/hello/a", "elsewhere", "hello", "/a"],
    ["http://hello.example.org/a", "x.example.org", "hello", "/a"],
  ];
  for (const [target, host, name, rest] of rows) {
    const bytes = bytesOf(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    const head = createRequestHead(4);
    parseRequestHead(bytes, { start: 0, end: bytes.length }, head, { maxTargetBytes: 99 });
    const routed = routeTarget(head, ["example.org"]);
    const found = String.fromCharCode(...bytes.subarray(routed.restStart, head.targetEnd));
    deepEqual([routed.name, found], [name, rest], `${host} ${target}`);
  }
});
