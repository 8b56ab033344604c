// Checks fetch by IPv6 under the firewall of functions, and never more than that.
import assert from "node:assert/strict";
import { WORLD, WORLD6 } from "../world.ts";
import { eventually, startServer } from "./support/harness.ts";

const importing = (host: string): string =>
  `import { text } from "http://${host}/broken/six.ts";\nDeno.serve(() => new Response(text));\n`;

const CLOSED = ["metadata6.test", "translated6.test", "loopback6.test", `[${WORLD6.metadata}]`];

Deno.test("check fetches by IPv6 from allowed hosts, and not from metadata services or embedded addresses", async () => {
  const allowed = ["server6.test", ...CLOSED].map((host) => `${host}:80`).join(",");
  await using server = await startServer({
    isChecked: true,
    flags: ["--egress=none", `--allow-import=${allowed}`],
    files: {
      "good/index.ts": importing("server6.test"),
      "other/index.ts": importing("neighbour6.test"),
      ...Object.fromEntries(
        CLOSED.map((host, index) => [`closed-${index}/index.ts`, importing(host)]),
      ),
    },
  });
  await server.answers("/good", "fetched");
  await server.said("other failed");
  assert.match((await server.inspect("other")).detail!, /neighbour6\.test/);
  for (const [index, host] of CLOSED.entries()) {
    let status = "";
    await eventually(`the check of ${host} ends`, async () => {
      ({ status } = await server.inspect(`closed-${index}`));
      return status !== "checking";
    });
    assert.match(status, /^(?:failed|backoff)$/, host);
  }
  const asked = (await (await fetch(`http://${WORLD.server}/asked`)).text()).split("\n")
    .filter((line) => line.includes("/broken/six.ts")).map((line) => line.split(" ")[0]);
  assert.deepEqual([...new Set(asked)], [WORLD6.server]);
});
