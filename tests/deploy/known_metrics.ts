import { metricsOf } from "../../lib/control/metrics.ts";
import { METRICS_INPUT } from "../control/metrics_input.ts";

/** Labels of each metric, including those that Prometheus adds. */
const known = new Map([
  ["up", new Set(["job", "instance"])],
  ...metricsOf(METRICS_INPUT).flatMap(({ name, samples }) =>
    samples.map(({ suffix = "", labels }) =>
      [`${name}${suffix}`, new Set(["job", "instance", ...Object.keys(labels)])] as const
    )
  ),
]);

const labelsOfAll = new Set([...known.values()].flatMap((labels) => [...labels]));

/** Returns the metrics and labels of a PromQL expression that ddsrv does not export. */
export function findUnknown(expression: string): string[] {
  const selectors = [...expression.matchAll(/\b(up|(?:ddsrv|process)_\w+)(?:\{([^}]*)\})?/g)];
  if (selectors.length === 0) return [`no metric in ${expression}`];
  const unknown = selectors.flatMap(([, name = "", matchers = ""]) => {
    const labels = known.get(name);
    if (labels === undefined) return [name];
    return [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label)
      .filter((label) => !labels.has(label)).map((label) => `${name}{${label}}`);
  });
  const grouped = [...expression.matchAll(/\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g)]
    .flatMap(([, labels = ""]) => labels.split(",").map((label) => label.trim()))
    .filter((label) => !labelsOfAll.has(label));
  return [...unknown, ...grouped];
}
