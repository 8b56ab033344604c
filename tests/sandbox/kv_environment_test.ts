import assert from "node:assert/strict";
import { kvEnvironment } from "../../lib/sandbox/kv_environment.ts";

const URL_VARIABLE = { DENO_KV_DEFAULT_PATH: "http://192.168.7.1:4512/a" };
const BOTH = { ...URL_VARIABLE, DENO_KV_ACCESS_TOKEN: "secret" };

Deno.test("kvEnvironment() puts only the variables of a server into the environment", () => {
  const reach = { net: true, egress: "full" } as const;
  const env = { ...BOTH, OTHER: "1" };
  assert.deepEqual(kvEnvironment({ env, ...reach }), { env: BOTH, problems: [] });
  const none = { env: {}, problems: [] };
  assert.deepEqual(kvEnvironment({ env: { OTHER: "1" }, ...reach }), none);
  assert.deepEqual(kvEnvironment({ env: { DENO_KV_DEFAULT_PATH: "/tmp/kv" }, ...reach }), none);
});

Deno.test("kvEnvironment() keeps the variables of a server that the function can't reach", () => {
  const walls = [
    { net: true, egress: "none" },
    { net: true, egress: "internet" },
    { net: false, egress: "full" },
    { net: ["192.168.7.2"], egress: "full" },
  ] as const;
  for (const wall of walls) {
    const { env, problems } = kvEnvironment({ env: BOTH, ...wall });
    assert.deepEqual(env, BOTH);
    assert.match(problems.join(), /^Deno\.openKv\(\) can't reach its server: .*\. Add it$/);
  }
});
