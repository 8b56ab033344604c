import { deepEqual, equal } from "node:assert/strict";
import { createRequestHead, parseRequestHead } from "../../lib/proxy/http1/request_head.ts";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { type Naming, routeTarget } from "../../lib/proxy/target.ts";
import { bytesOf } from "./harness.ts";

/** The name, the prefix and the rest of the target of one request. */
function route(target: string, host: string, naming: readonly string[] | Partial<Naming>) {
  const bytes = bytesOf(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const head = createRequestHead(4);
  const fault = parseRequestHead(bytes, { start: 0, end: bytes.length }, head, {
    maxTargetBytes: 99,
  });
  equal(fault, undefined);
  const some = Array.isArray(naming) ? { domains: naming } : naming;
  const { name, rawPrefix, restStart } = routeTarget(head, { ...NO_NAMING, ...some });
  const rest = String.fromCharCode(...bytes.subarray(restStart, head.targetEnd));
  return { name, rawPrefix, rest };
}

const NO_NAMING: Naming = {
  domains: [],
  ownDomains: [],
  root: undefined,
  routes: new RouteTable(),
};

/** Routes with the functions `hello` and `www`, and their own domains. */
function routesWith(owners: Readonly<Record<string, string>>): RouteTable {
  const routes = new RouteTable();
  for (const name of ["hello", "www"]) routes.set(name, { type: "waiting" });
  routes.setOwners(new Map(Object.entries(owners)));
  return routes;
}

Deno.test("routeTarget() decodes the name in the path", () => {
  const rows: [string, string | undefined][] = [
    ["", ""],
    ["hello", "hello"],
    ["a%20b", "a b"],
    ["a+b", "a+b"],
    ["%68ello", "hello"],
    ["%c3%a9", "é"],
    ["a%2Fb", "a/b"],
    ["%2e%2e", ".."],
    ["%", undefined],
    ["%zz", undefined],
    ["%c3", undefined],
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
    ["http://h", "", ""],
    ["http://h?/name", "", "?/name"],
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

Deno.test("routeTarget() gives the root function each path that names no function", () => {
  const naming = { root: "www", domains: ["example.org"], routes: routesWith({}) };
  const rows: [string, string, string | undefined, string, string][] = [
    ["/", "elsewhere", "www", "", "/"],
    ["/?a", "elsewhere", "www", "", "/?a"],
    ["/about/us?a", "elsewhere", "www", "", "/about/us?a"],
    ["//hello", "elsewhere", "www", "", "//hello"],
    ["/%zz/a", "elsewhere", "www", "", "/%zz/a"],
    ["http://elsewhere", "elsewhere", "www", "", ""],
    ["http://elsewhere?a", "elsewhere", "www", "", "?a"],
    ["http://hello.example.org?a", "elsewhere", "hello", "", "?a"],
    ["/", "192.0.2.1:80", "www", "", "/"],
    ["/about", "example.org", "www", "", "/about"],
    ["/about", "Example.org.:443", "www", "", "/about"],
    ["/hello/a", "elsewhere", "hello", "/hello", "/a"],
    ["/%68ello", "example.org", "hello", "/%68ello", ""],
    ["/www/a", "elsewhere", "www", "/www", "/a"],
    ["/about", "hello.example.org", "hello", "", "/about"],
    ["/about", "none.example.org", "none", "", "/about"],
  ];
  for (const [target, host, name, rawPrefix, rest] of rows) {
    deepEqual(route(target, host, naming), { name, rawPrefix, rest }, `${host} ${target}`);
  }
  equal(route("/", "elsewhere", { root: "none", routes: routesWith({}) }).name, "none");
});

Deno.test("routeTarget() gives a function every path at its own domain", () => {
  const naming = {
    root: "www",
    domains: ["example.org"],
    ownDomains: ["*.test", "free.example", "example.org"],
    routes: routesWith({ "shop.test": "hello", "a.example.org": "hello" }),
  };
  const rows: [string, string, string | undefined, string][] = [
    ["/a?b", "shop.test", "hello", "/a?b"],
    ["/www/a", "shop.test", "hello", "/www/a"],
    ["/", "SHOP.Test.:443", "hello", "/"],
    ["http://shop.test/www", "elsewhere", "hello", "/www"],
    ["/www", "a.example.org", "hello", "/www"],
    // Nobody has these: cookies that a function set here must not reach others.
    ["/www/a", "old.test", undefined, "/www/a"],
    ["/", "free.example", undefined, "/"],
    // Not reserved.
    ["/www/a", "test", "www", "/a"],
    ["/www/a", "shop.test.evil.example", "www", "/a"],
    ["/www/a", "example.org", "www", "/a"],
  ];
  for (const [target, host, name, rest] of rows) {
    const routed = route(target, host, naming);
    deepEqual([routed.name, routed.rest], [name, rest], `${host} ${target}`);
  }
});
