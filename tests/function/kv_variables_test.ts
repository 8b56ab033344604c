import assert from "node:assert/strict";
import { ConfigError } from "../../lib/config/json_file.ts";
import { kvUrlOf, kvVariables } from "../../lib/function/kv_variables.ts";

const URLS: readonly (readonly [kvUrl: string, name: string, expected: string])[] = [
  ["http://kv.test:4512", "a", "http://kv.test:4512"],
  ["http://kv.test/{name}", "a", "http://kv.test/a"],
  ["http://kv.test/{name}/{name}", "a b", "http://kv.test/a%20b/a%20b"],
  ["http://kv.test/{name}", "$&", "http://kv.test/%24%26"],
  ["http://kv.test/{name}", "a'(b)?#%", "http://kv.test/a%27%28b%29%3F%23%25"],
  ["http://kv.test/{name}", "函\u{1F600}", "http://kv.test/%E5%87%BD%F0%9F%98%80"],
];

for (const [kvUrl, name, expected] of URLS) {
  Deno.test(`kvUrlOf() makes ${expected} of ${kvUrl}`, () => {
    assert.equal(kvUrlOf(kvUrl, name), expected);
  });
}

const FILES: Readonly<Record<string, string>> = { token: "secret\nmore\n", empty: "\n" };

function variablesFor(kvTokenFile: string | undefined): Promise<Record<string, string>> {
  return kvVariables({
    kvUrl: "http://kv.test/{name}",
    kvTokenFile,
    functionName: "a",
    readText: (path) => Promise.resolve(FILES[path]),
  });
}

Deno.test("kvVariables() returns the URL of the function, and the first line of the token's file", async () => {
  assert.deepEqual(await variablesFor("token"), {
    DENO_KV_DEFAULT_PATH: "http://kv.test/a",
    DENO_KV_ACCESS_TOKEN: "secret",
  });
  assert.deepEqual(await variablesFor(undefined), { DENO_KV_DEFAULT_PATH: "http://kv.test/a" });
});

Deno.test("kvVariables() rejects a file that does not exist or is empty", async () => {
  await assert.rejects(variablesFor("none"), ConfigError);
  await assert.rejects(variablesFor("empty"), /"empty" of kvTokenFile is empty/);
});
