import type { DebugSessions } from "../supervisor/debug_sessions.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { Endpoint } from "../system/endpoint.ts";
import { refuseBrowser } from "./answer_request.ts";
import { DEBUG_PROTOCOL, INSPECTOR_PROTOCOL } from "./debug_protocol.ts";
import { matchRoute } from "./match_route.ts";
import { failure, type Reply, route } from "./route.ts";
import { RUN_PROTOCOL } from "./run_frames.ts";

/** A request that asks for another protocol. */
export interface UpgradeRequest {
  readonly method: string;
  readonly target: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly protocol: string | undefined;
  /** Secret of the debug session that an inspector belongs to. */
  readonly secret: string | undefined;
}

/** The new protocol of a connection and its function, or the response that refuses the request. */
export type FoundUpgrade =
  | {
    readonly type: "run" | "debug";
    readonly protocol: string;
    readonly name: string;
    readonly directory: string;
  }
  | { readonly type: "inspector"; readonly protocol: string; readonly endpoint: Endpoint }
  | {
    readonly type: "refused";
    readonly reply: Reply;
    /** The function that does not exist. */
    readonly missing?: string;
  };

const UPGRADES = [
  {
    type: "run",
    protocol: RUN_PROTOCOL,
    path: "/functions/{name}/exec",
    operation: "execFunction",
    summary: "Run a file of a function; the connection changes to frames",
  },
  {
    type: "debug",
    protocol: DEBUG_PROTOCOL,
    path: "/functions/{name}/debug",
    operation: "debugFunction",
    summary: "Debug a function; the connection changes to frames",
  },
  {
    type: "inspector",
    protocol: INSPECTOR_PROTOCOL,
    path: "/functions/{name}/inspector",
    operation: "inspectFunction",
    summary: "Reach the inspector of a debug session; the connection changes to its bytes",
  },
] as const;

const ROUTES = UPGRADES.map(({ protocol, ...declared }) =>
  route({
    ...declared,
    method: "POST",
    handle: () => failure(426, `Send "Upgrade: ${protocol}"`),
  })
);

/** Finds the function of a request that asks for another protocol. */
export function findUpgrade(
  request: UpgradeRequest,
  { functions, debugSessions }: Pick<Supervisor, "functions"> & {
    readonly debugSessions: Pick<DebugSessions, "findObstacle" | "inspectorOf">;
  },
): FoundUpgrade {
  const refused = (status: number, error: string): FoundUpgrade => ({
    type: "refused",
    reply: failure(status, error),
  });
  const browser = refuseBrowser(request);
  if (browser !== undefined) return { type: "refused", reply: browser };
  const { method, target, protocol, secret = "" } = request;
  const match = matchRoute(ROUTES, { method, path: target });
  if (match.type !== "found" || method !== "POST") return refused(404, "No such path");
  const { name } = match;
  const found = UPGRADES[ROUTES.indexOf(match.route)]!;
  if (protocol !== found.protocol) {
    return refused(400, `Only the protocol "${found.protocol}" is supported`);
  }
  const state = functions.get(name);
  if (state?.isWanted !== true) {
    return {
      type: "refused",
      reply: failure(404, `There is no function "${name}"`),
      missing: name,
    };
  }
  if (found.type === "inspector") {
    const endpoint = debugSessions.inspectorOf(name, secret);
    return endpoint === undefined
      ? refused(404, `There is no such debug session of "${name}"`)
      : { type: found.type, protocol, endpoint };
  }
  if (found.type === "debug") {
    const obstacle = state.stoppedByHand === undefined
      ? debugSessions.findObstacle(name)
      : `"${name}" is stopped by hand. Start it first: ddsrv start ${name}`;
    if (obstacle !== undefined) return refused(409, obstacle);
  }
  return { type: found.type, protocol, name, directory: state.directory };
}
