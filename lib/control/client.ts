import {
  API_PREFIX,
  type CheckReport,
  type CheckRequest,
  type ErrorReport,
  type FunctionReport,
  type RollbackReport,
  type Since,
  type SupervisorReport,
  type TrafficReport,
  type Until,
} from "./api.ts";

/** Nobody listens on the control socket. */
export class NoSupervisorError extends Error {
  override readonly name = "NoSupervisorError";
}

/** The verbs of the control API. */
export interface ControlClient extends Disposable {
  readonly supervisor: () => Promise<SupervisorReport>;
  readonly functions: () => Promise<FunctionReport[]>;
  /** One function, or `undefined` when there is none; may wait for a state first. */
  readonly find: (name: string, wait?: Wait) => Promise<FunctionReport | undefined>;
  /** What passed between clients and each function. */
  readonly traffic: () => Promise<TrafficReport[]>;
  /** Looks at the folders now; takes up what is new of that function, also where nobody watches. */
  readonly scan: (take?: string) => Promise<void>;
  readonly reload: (name: string) => Promise<boolean>;
  /** Puts an earlier folder back; gives its revision, or `undefined` for no such function. */
  readonly rollBack: (name: string, to?: string) => Promise<string | undefined>;
  readonly check: (request: CheckRequest, signal?: AbortSignal) => Promise<CheckReport>;
}

/** For what state to wait, and for how long. */
export interface Wait {
  readonly until: Until;
  /** Needed with `changed`. */
  readonly since?: Since;
  readonly timeoutMs: number;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal;
}

/** A client of the supervisor that listens on a socket. */
export function connectControl(socket: string): ControlClient {
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });

  async function call(
    method: string,
    path: string,
    { body, signal }: { readonly body?: unknown; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Response> {
    const init = {
      client,
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    };
    let response: Response;
    try {
      response = await fetch(`http://localhost${API_PREFIX}${path}`, init);
    } catch (cause) {
      signal?.throwIfAborted();
      if (await isForbidden(socket)) {
        throw new Error(`"${socket}" may be opened by its owner alone. Run it with sudo`, {
          cause,
        });
      }
      throw new NoSupervisorError(
        `No supervisor answers on "${socket}". Start one with "ddsrv serve", or name its socket ` +
          `with --socket`,
        { cause },
      );
    }
    if (response.ok || (response.status === 404 && path.startsWith("/functions/"))) return response;
    const { error } = await response.json() as ErrorReport;
    throw new Error(error);
  }

  async function get<Shape>(path: string): Promise<Shape> {
    return await (await call("GET", path)).json() as Shape;
  }

  return {
    supervisor: () => get<SupervisorReport>(""),
    functions: () => get<FunctionReport[]>("/functions"),
    async find(name, wait) {
      const path = `/functions/${encodeURIComponent(name)}`;
      const response = await call("GET", path + queryOf(wait), { signal: wait?.signal });
      const found = await response.json();
      return response.ok ? found as FunctionReport : undefined;
    },
    traffic: () => get<TrafficReport[]>("/traffic"),
    async scan(take) {
      const query = take === undefined ? "" : `?take=${encodeURIComponent(take)}`;
      await (await call("POST", `/scan${query}`)).body?.cancel();
    },
    async reload(name) {
      const response = await call("POST", `/functions/${encodeURIComponent(name)}/reload`);
      await response.body?.cancel();
      return response.ok;
    },
    async rollBack(name, to) {
      const query = to === undefined ? "" : `?to=${encodeURIComponent(to)}`;
      const response = await call(
        "POST",
        `/functions/${encodeURIComponent(name)}/rollback${query}`,
      );
      const report = await response.json();
      return response.ok ? (report as RollbackReport).revision : undefined;
    },
    async check(request, signal) {
      const response = await call("POST", "/check", { body: request, signal });
      return await response.json() as CheckReport;
    },
    [Symbol.dispose]: () => client.close(),
  };
}

function queryOf(wait: Wait | undefined): string {
  if (wait === undefined) return "";
  const { until, since, timeoutMs } = wait;
  return `?until=${until}&timeoutMs=${Math.ceil(timeoutMs)}${since ? `&since=${since}` : ""}`;
}

async function isForbidden(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied;
  }
}
