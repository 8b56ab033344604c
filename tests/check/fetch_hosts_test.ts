import assert from "node:assert/strict";
import { fetchHosts, isRegistry, proxyHosts } from "../../lib/check/fetch_hosts.ts";
import { urlHost } from "../../lib/check/url_host.ts";

const ALLOWED = { registries: ["npm.test", "10.0.0.5:4873"], npmRegistry: "usual.test:443" };

Deno.test("fetchHosts() returns Deno's list, the operator's hosts and the registries once", () => {
  const hosts = fetchHosts({ ...ALLOWED, allowImport: ["npm.test", "code.test:8443"] });
  for (
    const host of ["jsr.io:443", "npm.test", "10.0.0.5:4873", "usual.test:443", "code.test:8443"]
  ) {
    assert.equal(hosts.filter((one) => one === host).length, 1, host);
  }
});

for (
  const [host, isAllowed] of [
    ["usual.test:443", true],
    ["usual.test:80", false],
    ["npm.test:443", true],
    ["npm.test:8080", true],
    ["10.0.0.5:4873", true],
    ["10.0.0.5:80", false],
    ["evil-npm.test:443", false],
    ["npm.test.evil:443", false],
  ] as const
) {
  Deno.test(`isRegistry() of ${host} is ${isAllowed}`, () => {
    assert.equal(isRegistry(host, ALLOWED), isAllowed);
  });
}

Deno.test("urlHost() adds the default port of the scheme", () => {
  assert.equal(urlHost("https://a.test/b"), "a.test:443");
  assert.equal(urlHost("http://a.test/b"), "a.test:80");
  assert.equal(urlHost("http://a.test:8080/b"), "a.test:8080");
});

const PROXIES: readonly (readonly [environment: Record<string, string>, hosts: string[]])[] = [
  [{}, []],
  [{ NO_PROXY: "a.test" }, []],
  [{ HTTP_PROXY: "http://127.0.0.1:3128" }, ["127.0.0.1:3128"]],
  [{ HTTPS_PROXY: "localhost:3128", HTTP_PROXY: "http://me:secret@proxy.test" }, [
    "proxy.test:80",
    "localhost:3128",
  ]],
  [{ HTTP_PROXY: "http://" }, []],
];

for (const [environment, hosts] of PROXIES) {
  Deno.test(`proxyHosts() of ${JSON.stringify(environment)}`, () => {
    assert.deepEqual(proxyHosts(environment), hosts);
  });
}
