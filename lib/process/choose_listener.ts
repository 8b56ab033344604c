import { privateUseOf } from "./private_ports.ts";
import { isLoopback, isOpen, type Listener } from "./socket_table.ts";

/**
 * Chooses the listener for requests: prefers the preferred port, then a port that does not look
 * private, then any address to loopback only, IPv4 to IPv6, then the lowest port. Returns `undefined` if none is
 * reachable.
 */
export function chooseListener(
  listeners: readonly Listener[],
  preferredPort: number,
): Listener | undefined {
  const rank = (listener: Listener): number => {
    const { port, scope } = listener;
    const byPort = port === preferredPort ? 0 : privateUseOf(port) === undefined ? 4 : 8;
    return byPort + (isOpen(listener) ? 0 : 2) + (scope.endsWith("6") ? 1 : 0);
  };
  return listeners
    .filter((one) => one.scope !== "unreachable")
    .sort((a, b) => rank(a) - rank(b) || a.port - b.port)[0];
}

/** Returns the listeners on other ports than one; all without a port. */
export function withoutPort(
  listeners: readonly Listener[],
  port: number | undefined,
): readonly Listener[] {
  return port === undefined ? listeners : listeners.filter((one) => one.port !== port);
}

/**
 * Chooses again after a process became ready with another port than the preferred one. Returns
 * another listener if that is surely better: the preferred port has opened, the present port has
 * closed, or it looks private and the other one does not.
 */
export function reconsider(
  listeners: readonly Listener[],
  { port, preferredPort }: Pick<ListenerChoice, "port" | "preferredPort">,
): Listener | undefined {
  const best = chooseListener(listeners, preferredPort);
  if (best === undefined || best.port === port) return undefined;
  const isStillThere = listeners.some((one) => one.port === port && one.scope !== "unreachable");
  const isExposed = privateUseOf(port) !== undefined && privateUseOf(best.port) === undefined;
  return best.port === preferredPort || !isStillThere || isExposed ? best : undefined;
}

/** A choice, and what it was made from. */
export interface ListenerChoice {
  readonly port: number;
  readonly listeners: readonly Listener[];
  readonly preferredPort: number;
}

/**
 * Returns a sentence about a choice that may be wrong: among several ports, or of a port that looks
 * private. Returns `undefined` for the preferred port, which the operator or the function names.
 */
export function describeChoice(choice: ListenerChoice): string | undefined {
  const { port, listeners, preferredPort } = choice;
  if (port === preferredPort) return undefined;
  const use = privateUseOf(port);
  const isPublic = listeners.some((one) => one.port === port && isOpen(one));
  // Libraries often talk to a helper over loopback, which nobody takes for the function's server.
  const isDoubtful = (one: Listener): boolean =>
    isOpen(one) || isLoopback(one) && !(isPublic && use === undefined);
  const doubtful = listeners.filter((one) => one.port === port || isDoubtful(one));
  const ports = [...new Set(doubtful.map((one) => one.port))].sort((a, b) => a - b);
  const served = use === undefined ? String(port) : `${port}, which usually is for ${use}`;
  if (ports.length > 1) {
    return `It listens on the ports ${ports.slice(0, MAX_PORTS).join(", ")}` +
      `${ports.length > MAX_PORTS ? " and others" : ""}, and ddsrv serves ${served}. If that is ` +
      'not the port for requests, set "port" in its ddsrv.json';
  }
  if (use === undefined) return undefined;
  return `ddsrv serves port ${served}. If it is for requests, set "port": ${port} in its ddsrv.json`;
}

/** Maximum number of ports in a sentence: a function may listen on thousands. */
const MAX_PORTS = 8;
