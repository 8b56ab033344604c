/** Ports on which libraries usually serve what the public should not see, and its kind. */
const PRIVATE_PORTS: ReadonlyMap<number, string> = new Map([
  [5858, "a debugger"],
  [6060, "profiles"],
  [9090, "metrics"],
  [9091, "metrics"],
  [9100, "metrics"],
  [9222, "an inspector"],
  [9229, "an inspector"],
  [9230, "an inspector"],
  [9464, "metrics"],
]);

/**
 * Returns what usually listens on a port that looks private, such as `metrics`; `undefined` for
 * other ports. Sources: the wiki of Prometheus on default ports, OpenTelemetry's exporter (9464),
 * the inspectors of V8 and of browsers, and Go's profiler (6060).
 *
 * @example
 * ```ts
 * import { privateUseOf } from "./private_ports.ts";
 * privateUseOf(9464); // "metrics"
 * privateUseOf(3000); // undefined
 * ```
 */
export function privateUseOf(port: number): string | undefined {
  return PRIVATE_PORTS.get(port);
}
