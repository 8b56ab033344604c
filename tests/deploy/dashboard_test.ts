import assert from "node:assert/strict";
import { temporaryDirectory } from "../temporary_directory.ts";
import { testWith } from "../test_with.ts";
import { DEPLOY, run } from "./files.ts";
import { findUnknown } from "./known_metrics.ts";

/** The fields of a dashboard that these tests read. */
interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: Readonly<Record<"x" | "y" | "w" | "h", number>>;
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: string }[];
  };
}

const { panels, templating } = JSON.parse(
  await Deno.readTextFile(`${DEPLOY}grafana/ddsrv.json`),
) as Dashboard;

const targets = panels.flatMap(({ title, targets }) =>
  targets.map((target) => ({ title, ...target }))
);

for (const { title, expr, legendFormat } of targets) {
  Deno.test(`dashboard uses existing metrics and labels in "${title}": ${legendFormat}`, () => {
    assert.deepEqual(findUnknown(expr), []);
  });
}

Deno.test("dashboard variables use existing labels", () => {
  for (const { query } of templating.list.filter(({ query }) => query.includes("("))) {
    const [, selector = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(query)!;
    assert.deepEqual(findUnknown(`sum by (${label}) (${selector})`), []);
  }
});

Deno.test("findUnknown() returns unknown metrics and labels", () => {
  const expression = 'sum by (name) (rate(ddsrv_requests_total{path="x"}[5m])) + ddsrv_request';
  assert.deepEqual(findUnknown(expression), [
    "ddsrv_requests_total{path}",
    "ddsrv_request",
    "name",
  ]);
});

Deno.test("dashboard panels have unique ids and do not overlap", () => {
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + cell % w} ${y + Math.floor(cell / w)}`)
  );
  assert.equal(new Set(cells).size, cells.length);
  assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24));
});

await testWith("promtool", "dashboard expressions are valid for Prometheus", async () => {
  const rules = targets.map(({ expr }, index) => ({
    record: `panel:${index}`,
    expr: expr.replaceAll("$job", "a|b").replaceAll("$function", "f")
      .replaceAll("$__rate_interval", "1m"),
  }));
  assert.ok(rules.every(({ expr }) => !expr.includes("$")));
  await using directory = await temporaryDirectory();
  // JSON is YAML.
  const path = await directory.write(
    "rules.yaml",
    JSON.stringify({ groups: [{ name: "dashboard", rules }] }),
  );
  const { success, text } = await run("promtool", "check", "rules", path);
  assert.ok(success, text);
});
