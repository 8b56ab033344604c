import assert from "node:assert/strict";
import { temporaryDirectory } from "../temporary_directory.ts";
import { testWith } from "../test_with.ts";
import { DEPLOY, readYaml, run } from "./files.ts";
import { findUnknown } from "./known_metrics.ts";

const ALERTS = new URL("alerts.yaml", import.meta.url).pathname;
const RULES = `${DEPLOY}prometheus/rules.yaml`;

/** The fields of the rules that these tests read. */
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}

const rules = (await readYaml<Rules>("prometheus/rules.yaml")).groups.flatMap((one) => one.rules);

for (const { alert, expr } of rules) {
  Deno.test(`alert ${alert} uses existing metrics`, () => {
    assert.deepEqual(findUnknown(expr), []);
  });
}

Deno.test("alerts all have a test", async () => {
  const tests = await Deno.readTextFile(ALERTS);
  const untested = rules.filter(({ alert }) => !tests.includes(`alertname: ${alert}\n`));
  assert.deepEqual(untested, []);
});

await testWith("promtool", "promtool accepts the rules and the example configuration", async () => {
  for (const args of [["rules", RULES], ["config", `${DEPLOY}prometheus/scrape.yaml`]]) {
    const { success, text } = await run("promtool", "check", ...args);
    assert.ok(success, text);
  }
});

await testWith("promtool", "alerts fire under their conditions and not earlier", async () => {
  const { success, text } = await run("promtool", "test", "rules", ALERTS);
  assert.ok(success, text);
  // Change each number of the rules in turn: a test must fail for each change.
  await using directory = await temporaryDirectory();
  await directory.write(
    "alerts.yaml",
    (await Deno.readTextFile(ALERTS)).replace(/\S+rules.yaml/, "rules.yaml"),
  );
  const written = await Deno.readTextFile(RULES);
  for (
    const [from, to] of [["> 0.05", "> 0.2"], ["> 3", "> 9"], ["> 2.5", "> 5"], ["5m\n", "9m\n"]]
  ) {
    assert.ok(written.includes(from!));
    await directory.write("rules.yaml", written.replace(from!, to!));
    const changed = await run("promtool", "test", "rules", directory.at("alerts.yaml"));
    assert.ok(!changed.success, `${from} may be ${to}`);
  }
});
