/** @jsxImportSource hono/jsx */
import type { JSX } from "hono/jsx/jsx-runtime";
import { CHART_SIZE, type LiveField, liveKey, liveValue, SPARK_SIZE } from "../live_values.ts";
import type { FunctionView } from "../sampler.ts";

interface LiveProperties {
  readonly view: FunctionView;
  readonly field: LiveField;
}

/** A value that the script updates. */
export function LiveText({ view, field }: LiveProperties): JSX.Element {
  const value = liveValue(view, field);
  const text = typeof value === "string" ? value : "";
  return <span data-live={liveKey(view.report.name, field)}>{text}</span>;
}

/** The status of a function; its colour repeats the text. */
export function LiveStatus({ view }: { readonly view: FunctionView }): JSX.Element {
  const value = liveValue(view, "status");
  const { state, text } = typeof value === "object" && "state" in value
    ? value
    : { state: "", text: "" };
  return (
    <span class="status" data-live={liveKey(view.report.name, "status")} data-state={state}>
      {text}
    </span>
  );
}

/** A chart; its label says the present and the highest value. */
export function LiveChart(
  { view, field, title, isSmall = false }: LiveProperties & {
    readonly title: string;
    readonly isSmall?: boolean;
  },
): JSX.Element {
  const value = liveValue(view, field);
  const { line, area, label } = typeof value === "object" && "line" in value
    ? value
    : { line: "", area: "", label: "" };
  const { width, height } = isSmall ? SPARK_SIZE : CHART_SIZE;
  return (
    <svg
      class={isSmall ? "spark" : "chart"}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${title}: ${label}`}
      data-live={liveKey(view.report.name, field)}
      data-title={title}
    >
      <path class="area" d={area} />
      <path class="line" d={line} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
