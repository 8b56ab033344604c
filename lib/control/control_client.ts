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
  type VariableReport,
  type VariablesChange,
  type VariablesRequest,
} from "./api.ts";
import { type Answer, type Call, callControl } from "./call.ts";

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
  /** Removes the data of a function whose folder is gone; `false` when the name has none. */
  readonly purge: (name: string) => Promise<boolean>;
  /** Where a function's variables come from; `undefined` when it neither is nor has any. */
  readonly variables: (name: string) => Promise<VariableReport[] | undefined>;
  /** Sets and unsets variables of a function, which need not be there; `undefined` for a bad name. */
  readonly changeVariables: (
    name: string,
    request: VariablesRequest,
  ) => Promise<VariablesChange | undefined>;
  /** Takes a change back; `false` when another one came after it. */
  readonly undoVariables: (name: string, change: string) => Promise<boolean>;
  /** Checks a directory; the signal ends that with its reason. */
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

/** How a client behaves. */
export interface ClientOptions {
  /** How long an answer may take that waits for nothing. */
  readonly timeoutMs?: number;
}

/** What is asked for. */
type Ask = Partial<Call> & Pick<Call, "path">;

const ANSWER_TIMEOUT_MS = 30_000;

/**
 * Less than the server waits for the next request on a connection, so that none is used again that
 * it has closed while this process was stopped (`list --watch`, Ctrl-Z, `fg`).
 */
const POOL_IDLE_MS = 2_000;

/** A check may have to fetch all that a function imports, and a copy all of its files. */
const WORK_TIMEOUT_MS = 600_000;

/** A client of the supervisor that listens on a socket. */
export function connectControl(
  socket: string,
  { timeoutMs = ANSWER_TIMEOUT_MS }: ClientOptions = {},
): ControlClient {
  const client = Deno.createHttpClient({
    proxy: { transport: "unix", path: socket },
    poolIdleTimeout: POOL_IDLE_MS,
  });

  const call = (ask: Ask): Promise<Answer> =>
    callControl(client, socket, { method: "GET", timeoutMs, ...ask });

  /** For what may be missing. */
  async function askFor<Shape>(what: Ask): Promise<{ readonly body: Shape } | undefined> {
    const { status, body } = await call(what);
    if (status === 404) return undefined;
    if (status < 300) return { body: body as Shape };
    throw new Error((body as ErrorReport).error);
  }

  async function ask<Shape>(what: Ask): Promise<Shape> {
    const found = await askFor<Shape>(what);
    if (found !== undefined) return found.body;
    throw new Error(`The supervisor on "${socket}" has no ${API_PREFIX}${what.path}. Restart it`);
  }

  return {
    supervisor: () => ask({ path: "" }),
    functions: () => ask({ path: "/functions" }),
    traffic: () => ask({ path: "/traffic" }),
    async find(name, wait) {
      const found = await askFor<FunctionReport>({
        path: pathOf(name) + queryOf(wait),
        timeoutMs: timeoutMs + (wait?.timeoutMs ?? 0),
        signal: wait?.signal,
      });
      return found?.body;
    },
    scan(take) {
      const query = take === undefined ? "" : `?take=${encodeURIComponent(take)}`;
      return ask({ method: "POST", path: `/scan${query}`, timeoutMs: WORK_TIMEOUT_MS });
    },
    async reload(name) {
      return await askFor({ method: "POST", path: `${pathOf(name)}/reload` }) !== undefined;
    },
    async purge(name) {
      const path = `${pathOf(name)}/purge`;
      return await askFor({ method: "POST", path, timeoutMs: WORK_TIMEOUT_MS }) !== undefined;
    },
    async rollBack(name, to) {
      const query = to === undefined ? "" : `?to=${encodeURIComponent(to)}`;
      const done = await askFor<RollbackReport>({
        method: "POST",
        path: `${pathOf(name)}/rollback${query}`,
        timeoutMs: WORK_TIMEOUT_MS,
      });
      return done?.body.revision;
    },
    async variables(name) {
      return (await askFor<VariableReport[]>({ path: `${pathOf(name)}/variables` }))?.body;
    },
    async changeVariables(name, body) {
      const path = `${pathOf(name)}/variables`;
      return (await askFor<VariablesChange>({ method: "POST", path, body }))?.body;
    },
    async undoVariables(name, change) {
      const path = `${pathOf(name)}/variables/undo?change=${encodeURIComponent(change)}`;
      return await askFor({ method: "POST", path }) !== undefined;
    },
    check: (body, signal) =>
      ask({ method: "POST", path: "/check", body, timeoutMs: WORK_TIMEOUT_MS, signal }),
    [Symbol.dispose]: () => client.close(),
  };
}

function queryOf(wait: Wait | undefined): string {
  if (wait === undefined) return "";
  const { until, since, timeoutMs } = wait;
  return `?until=${until}&timeoutMs=${Math.ceil(timeoutMs)}${since ? `&since=${since}` : ""}`;
}

function pathOf(name: string): string {
  return `/functions/${encodeURIComponent(name)}`;
}
