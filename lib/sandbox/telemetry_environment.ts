import { type Egress, formatEgress, parseEgressRule, tightenEgress } from "../config/egress.ts";
import type { Permission } from "../config/permissions.ts";

/** What {@linkcode telemetryEnvironment} goes by. */
export interface TelemetryOptions {
  /** The function's name, which its telemetry carries unless it is told another one. */
  readonly name: string;
  /** All variables of its policy, also those that its code may not see. */
  readonly env: Readonly<Record<string, string>>;
  /** Where its code may connect to. */
  readonly net: Permission;
  /** What its network lets out; missing where it has none of its own. */
  readonly egress: Egress | undefined;
}

/** What its process is started with so that Deno sends telemetry, and why that is nothing. */
export interface TelemetryEnvironment {
  readonly env: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

/** What Deno reads; `OTEL_DENO_VSOCK` leads out of any network namespace, see vsock(7). */
const TELEMETRY_VARIABLE = /^OTEL_(?!DENO_VSOCK$)[A-Z0-9_]+$/;

/** No user information and no escapes: nothing that two parsers could read differently. */
const ENDPOINT = /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(?:\/[!-~]*)?$/i;

const LOOPBACK = /^(?:localhost|127\.[\d.]+|\[::1\])$/i;

/** Most of all of them: no program can be started with a longer one, see execve(2). */
const MAX_BYTES = 128 * 1024;

/**
 * The variables that turn Deno's OpenTelemetry on. Deno reads them before any module runs, so that
 * the preload module would set them too late, and it sends what it has to say past the permission
 * to connect. So they are part of the process's own environment, and only where that permission
 * covers each place they name. None of them means anything to the programs of the launch chain.
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
    ...(isTooLong(known) ? ["its variables are longer than 128 KiB. Say it with less"] : []),
    ...endpointsOf(env).flatMap((endpoint) => problemOf(endpoint, options) ?? []),
  ];
  if (problem !== undefined) {
    return { env: {}, problems: [`OpenTelemetry sends nothing: ${problem}`] };
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
 * Where telemetry goes: to one place for all signals, `localhost` unless it is named, and to others
 * for single ones. Source: OpenTelemetry Protocol Exporter, "Endpoint URLs for OTLP/HTTP".
 */
function endpointsOf(env: TelemetryOptions["env"]): string[] {
  const port = env["OTEL_EXPORTER_OTLP_PROTOCOL"] === "grpc" ? 4317 : 4318;
  const [common, ...single] = ["", "TRACES_", "METRICS_", "LOGS_"]
    .map((signal) => env[`OTEL_EXPORTER_OTLP_${signal}ENDPOINT`]);
  return [common ?? `http://localhost:${port}`, ...single.filter((one) => one !== undefined)];
}

/** Why nothing may be sent there. */
function problemOf(endpoint: string, { net, egress }: TelemetryOptions): string | undefined {
  const [, scheme = "", host, digits] = ENDPOINT.exec(endpoint) ?? [];
  if (host === undefined) {
    return `"${endpoint}" is no endpoint. Give one as http://collector.example.com:4318`;
  }
  const place = `${host}:${digits ?? (scheme.toLowerCase() === "https" ? 443 : 80)}`.toLowerCase();
  const isPermitted = typeof net === "boolean" ? net : net.some((one) => covers(one, place));
  if (!isPermitted) return `the permission "net" does not cover "${place}". Permit it there`;
  if (egress === undefined) return undefined;
  if (LOOPBACK.test(host)) {
    return `"${place}" is the function's own loopback. Set OTEL_EXPORTER_OTLP_ENDPOINT to where ` +
      "a collector is";
  }
  return isWithin(place, egress)
    ? undefined
    : `the egress "${formatEgress(egress)}" does not cover "${place}". Allow it there`;
}

/** Deno's own terms for `--allow-net`: a host, on one port or on all. */
function covers(permitted: string, place: string): boolean {
  const [host] = /^.*(?=:\d+$)/.exec(place)!;
  return [host, place].includes(permitted.toLowerCase());
}

function isWithin(place: string, egress: Egress): boolean {
  try {
    const asked = { rules: [parseEgressRule(place)], isPublicOnly: false };
    return tightenEgress(asked, egress).type === "allowed";
  } catch {
    return false;
  }
}
