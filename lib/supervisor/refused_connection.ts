import { type Egress, type EgressRule, formatEgress, tightenEgress } from "../config/egress.ts";
import { parseIpNetwork } from "../config/ip_network.ts";
import { formatAuthority } from "../system/endpoint.ts";
import type { Settings } from "../config/settings.ts";
import { settingsFor } from "../config/settings_for.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { PlacedConnection } from "../namespace/refused_place.ts";

/** A refusal, as the function's log says it. */
export interface Refusal {
  /** Equal for refusals that need to be said only once. */
  readonly cause: string;
  readonly text: string;
}

/** The egress of a function, and what the operator allows it. */
export interface EgressBounds {
  readonly egress: Egress;
  readonly ceiling: Egress;
}

/** Returns the bounds of a function's process. */
export function egressBounds(
  settings: Settings,
  { name, policy }: { readonly name: string; readonly policy: Pick<FunctionPolicy, "egress"> },
): EgressBounds {
  return { egress: policy.egress, ceiling: settingsFor(settings, name).egress };
}

/**
 * Returns a sentence about a connection that the firewall refused: why, and who can allow it.
 *
 * @example
 * ```ts
 * import { refusedConnection } from "./refused_connection.ts";
 * const place = "elsewhere";
 * refusedConnection({ address: "10.0.0.5", protocol: "tcp", port: 5432, place }, {
 *   egress: "none",
 *   ceiling: "full",
 * }).text; // 'connection to 10.0.0.5:5432 refused: egress is "none" (add it to "egress" in its ddsrv.json)'
 * ```
 */
export function refusedConnection(
  { address, protocol, port, place }: PlacedConnection,
  bounds: EgressBounds,
): Refusal {
  const target = `${formatAuthority({ hostname: address, port })}${
    protocol === "udp" ? " (UDP)" : ""
  }`;
  const why = place === "elsewhere" ? whyOfEgress({ address, port }, bounds) : CLOSED[place];
  return { cause: `connection ${target}`, text: `connection to ${target} refused: ${why}` };
}

/** No egress opens these. */
const CLOSED = {
  metadata:
    "it is a cloud's metadata service, which has credentials of this host (no egress opens it)",
  host: "it is an address of this host (no egress opens it: run the service on another host)",
  function: "it is another function (no egress opens it: share a database or a queue)",
} as const;

const OPERATOR_FILE = "the functions directory's ddsrv.json";

function whyOfEgress(
  { address, port }: Pick<PlacedConnection, "address" | "port">,
  { egress, ceiling }: EgressBounds,
): string {
  const network = parseIpNetwork(address)!;
  const wanted: EgressRule = { type: "network", network, port };
  const asked = { rules: [wanted], isPublicOnly: false };
  const isOperators = tightenEgress(asked, ceiling).type === "refused";
  const isOwn = formatEgress(egress) !== formatEgress(ceiling);
  const reason = typeof egress === "string" ? `egress is "${egress}"` : "egress does not list it";
  if (!isOperators) return `${reason} (add it to "egress" in its ddsrv.json)`;
  const also = isOwn ? ", and then to its own" : "";
  return `${reason} (the operator can add it to "egress" in ${OPERATOR_FILE}${also})`;
}
