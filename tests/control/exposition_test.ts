import assert from "node:assert/strict";
import { formatMetrics, type Metric } from "../../lib/control/exposition.ts";

const cases: readonly (readonly [what: string, metric: Metric, text: string])[] = [
  ["a value without labels", {
    name: "up",
    help: "It runs",
    type: "gauge",
    samples: [{ labels: {}, value: 1 }],
  }, "# HELP up It runs\n# TYPE up gauge\nup 1\n"],
  [
    "labels with special characters",
    {
      name: "a_total",
      help: "A \\ and\na line",
      type: "counter",
      samples: [{ labels: { function: 'a"b\\c\nd é', state: "" }, value: 0.25 }],
    },
    "# HELP a_total A \\\\ and\\na line\n# TYPE a_total counter\n" +
    'a_total{function="a\\"b\\\\c\\nd é",state=""} 0.25\n',
  ],
  ["a histogram's parts", {
    name: "t",
    help: "T",
    type: "histogram",
    samples: [
      { suffix: "_bucket", labels: { le: "+Inf" }, value: 2 },
      { suffix: "_sum", labels: {}, value: 1e-7 },
      { suffix: "_count", labels: {}, value: 2 },
    ],
  }, '# HELP t T\n# TYPE t histogram\nt_bucket{le="+Inf"} 2\nt_sum 1e-7\nt_count 2\n'],
  ["values that are not finite", {
    name: "n",
    help: "N",
    type: "gauge",
    samples: [Infinity, -Infinity, NaN].map((value) => ({ labels: {}, value })),
  }, "# HELP n N\n# TYPE n gauge\nn +Inf\nn -Inf\nn NaN\n"],
  ["no values", { name: "none", help: "None", type: "gauge", samples: [] }, ""],
];

for (const [what, metric, text] of cases) {
  Deno.test(`formatMetrics() writes ${what}`, () => {
    assert.equal(formatMetrics([metric]), text);
  });
}
