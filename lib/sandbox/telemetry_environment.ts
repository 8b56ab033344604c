import { type Reach, unreachableReason } from "./endpoint_reach.ts";

/** Options of {@linkcode telemetryEnvironment}. */
export interface TelemetryOptions extends Reach {
  /** Name of the function; its telemetry uses it as the service name by default. */
  readonly name: string;
  /** All variables of the policy, also those that the code may not see. */
  readonly env: Readonly<Record<string, string>>;
}

/** Variables for the function's process, empty with a problem when telemetry is not allowed. */
export interface TelemetryEnvironment {
  readonly env: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

/** Variables that Deno reads; `OTEL_DENO_VSOCK` would bypass network namespaces, see vsock(7). */
const TELEMETRY_VARIABLE = /^OTEL_(?!DENO_VSOCK$)[A-Z0-9_]+$/;

/** Maximum length of all variables: execve(2) accepts no longer ones. */
const MAX_BYTES = 128 * 1024;

/**
 * Returns the variables that enable Deno's OpenTelemetry. Deno reads them before any module runs,
 * so the preload module would set them too late, and its exporter ignores the permission `net`. So
 * they are part of the process's environment, and only if the permission covers every endpoint. The
 * programs of the launch chain ignore them.
 *
 * @example
 * ```ts
 * import { telemetryEnvironment } from "./telemetry_environment.ts";
 * const env = { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://192.0.2.1:4318" };
 * telemetryEnvironment({ name: "hello", env, net: true, egress: "full" });
 * // { env: { OTEL_SERVICE_NAME: "hello", OTEL_DENO: "true", … }, problems: [] }
 * ```
 */
export function telemetryEnvironment(options: TelemetryOptions): TelemetryEnvironment {
  const { name, env } = options;
  if (env["OTEL_DENO"] === undefined) return { env: {}, problems: [] };
  const known = Object.entries(env).filter(([key]) => TELEMETRY_VARIABLE.test(key));
  const [problem] = [
    ...(isTooLong(known) ? ["its variables are longer than 128 KiB. Shorten them"] : []),
    ...endpointsOf(env).flatMap((endpoint) => unreachableReason(endpoint, options) ?? []),
  ];
  if (problem !== undefined) {
    return { env: {}, problems: [`OpenTelemetry is off: ${problem}`] };
  }
  const isNamed = env["OTEL_RESOURCE_ATTRIBUTES"]?.includes("service.name=") ?? false;
  return {
    env: { ...(isNamed ? {} : { OTEL_SERVICE_NAME: name }), ...Object.fromEntries(known) },
    problems: [],
  };
}

function isTooLong(variables: readonly (readonly [string, string])[]): boolean {
  const text = variables.map(([name, value]) => `${name}=${value}\0`).join("");
  return new TextEncoder().encode(text).length >= MAX_BYTES;
}

/**
 * Returns the endpoints of telemetry: one for all signals, `localhost` by default, and those of
 * single signals. Source: OpenTelemetry Protocol Exporter, "Endpoint URLs for OTLP/HTTP".
 */
function endpointsOf(env: TelemetryOptions["env"]): string[] {
  const port = env["OTEL_EXPORTER_OTLP_PROTOCOL"] === "grpc" ? 4317 : 4318;
  const [common, ...single] = ["", "TRACES_", "METRICS_", "LOGS_"]
    .map((signal) => env[`OTEL_EXPORTER_OTLP_${signal}ENDPOINT`]);
  return [common ?? `http://localhost:${port}`, ...single.filter((one) => one !== undefined)];
}
