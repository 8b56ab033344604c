import {
  type AnnounceRequest,
  API_PREFIX,
  type ChangeReport,
  type CheckReport,
  type CheckRequest,
  type DiffReport,
  type ErrorReport,
  type ExpiryReport,
  type FunctionReport,
  type LoginReport,
  type RestartReport,
  type RollbackReport,
  type RunReport,
  type ScheduleReport,
  type SettingReport,
  type Since,
  type StopRequest,
  type SupervisorReport,
  type TrafficReport,
  type Until,
  type VariableReport,
  type VariablesChange,
  type VariablesRequest,
} from "./api.ts";
import { MAX_TIMER_MS } from "../system/timeout_signal.ts";
import { type Answer, type Call, callControl } from "./call.ts";

/** The operations of the control API. */
export interface ControlCalls {
  readonly supervisor: () => Promise<SupervisorReport>;
  readonly functions: () => Promise<FunctionReport[]>;
  /** Returns a function, or `undefined` if there is none; may wait for a state first. */
  readonly find: (name: string, wait?: Wait) => Promise<FunctionReport | undefined>;
  readonly traffic: () => Promise<TrafficReport[]>;
  readonly schedules: () => Promise<ScheduleReport[]>;
  /**
   * Runs a schedule now, and waits for its end; `undefined` if there is no such schedule.
   *
   * @throws {Error} if it runs already
   */
  readonly runSchedule: (name: string, schedule: string) => Promise<RunReport | undefined>;
  /** Scans the functions directory now; loads new code of `take` even without a watch. */
  readonly scan: (take?: string) => Promise<void>;
  /**
   * Tells where the new code of a function comes from, just before its folder changes. Returns false
   * if the supervisor is an older version, which does not record that.
   */
  readonly announce: (name: string, request: AnnounceRequest) => Promise<boolean>;
  /** Reloads a function; returns false if there is none. */
  readonly reload: (name: string) => Promise<boolean>;
  /** Stops a function by hand; returns false if there is none. */
  readonly stop: (name: string, request?: StopRequest) => Promise<boolean>;
  /** Ends a stop by hand, and starts the function; returns false if there is none. */
  readonly start: (name: string) => Promise<boolean>;
  /**
   * Sets when a function expires, also before it exists, as an ISO time or `null` for never. Returns
   * the time before; `undefined` if the supervisor is an older version.
   */
  readonly expire: (name: string, expiresAt: string | null) => Promise<ExpiryReport | undefined>;
  /** Restores a snapshot; returns `undefined` if there is no such function. */
  readonly rollBack: (name: string, to?: string) => Promise<RollbackReport | undefined>;
  /**
   * Returns the changes of a function, newest first; `undefined` if there is no such function, or
   * the supervisor is an older one.
   */
  readonly history: (name: string, limit?: number) => Promise<ChangeReport[] | undefined>;
  /**
   * Compares the kept folders of two revisions, see `ddsrv diff`; `undefined` if there is no such
   * function, or the supervisor is an older one.
   */
  readonly diff: (
    name: string,
    revisions: { readonly from: string; readonly to: string | undefined },
  ) => Promise<DiffReport | undefined>;
  /** Removes the data of a function whose folder is gone; returns false for a bad name. */
  readonly purge: (name: string) => Promise<boolean>;
  /** Returns a function's variables; `undefined` if it does not exist and has no variables. */
  readonly variables: (name: string) => Promise<VariableReport[] | undefined>;
  /**
   * Returns a function's settings; `undefined` if it does not exist, its manifest is not valid, or
   * the supervisor is an older one.
   */
  readonly settings: (name: string) => Promise<SettingReport[] | undefined>;
  /** Sets and unsets variables, also before the function exists; `undefined` for a bad name. */
  readonly changeVariables: (
    name: string,
    request: VariablesRequest,
  ) => Promise<VariablesChange | undefined>;
  /** Undoes a change; returns false if another change came after it. */
  readonly undoVariables: (name: string, change: string) => Promise<boolean>;
  /** Returns a link that logs in to the page on the admin port once. */
  readonly loginLink: () => Promise<string>;
  /** Replaces the supervisor by a new one, and waits until that one serves. */
  readonly restart: (timeoutMs: number) => Promise<RestartReport>;
  /** Checks a directory; the signal ends the check with its reason. */
  readonly check: (request: CheckRequest, signal?: AbortSignal) => Promise<CheckReport>;
}

/** Client of the control API. */
export interface ControlClient extends ControlCalls, Disposable {}

/** A state to wait for. */
export interface Wait {
  readonly until: Until;
  /** Required with `changed`. */
  readonly since?: Since;
  readonly timeoutMs: number;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode connectControl}. */
export interface ClientOptions {
  /** Timeout of a response, in addition to the time of a wait. */
  readonly timeoutMs?: number;
}

type Ask = Partial<Call> & Pick<Call, "path">;

const ANSWER_TIMEOUT_MS = 30_000;

/**
 * Less than the server's keep-alive timeout, so that the client does not reuse a connection that
 * the server closed while this process was suspended (`list --watch`, Ctrl-Z, `fg`).
 */
const POOL_IDLE_MS = 2_000;

/** Timeout of long work: a check may fetch many modules, and a rollback may copy many files. */
const WORK_TIMEOUT_MS = 600_000;

/** Creates a client of the supervisor that listens on a socket. */
export function connectControl(
  socket: string,
  { timeoutMs = ANSWER_TIMEOUT_MS }: ClientOptions = {},
): ControlClient {
  const client = Deno.createHttpClient({
    proxy: { transport: "unix", path: socket },
    poolIdleTimeout: POOL_IDLE_MS,
  });

  const calls = createCalls((call) => callControl(client, socket, call), { socket, timeoutMs });
  return { ...calls, [Symbol.dispose]: () => client.close() };
}

/** Options of {@linkcode createCalls}. */
export interface CallsOptions extends ClientOptions {
  /** Path of the supervisor's socket, for messages. */
  readonly socket: string;
}

/** Creates the operations from a function that sends one request to the supervisor. */
export function createCalls(
  send: (call: Call) => Promise<Answer>,
  { socket, timeoutMs = ANSWER_TIMEOUT_MS }: CallsOptions,
): ControlCalls {
  const call = (ask: Ask): Promise<Answer> => send({ method: "GET", timeoutMs, ...ask });

  /** Returns `undefined` for 404. */
  async function askOptional<Shape>(request: Ask): Promise<{ readonly body: Shape } | undefined> {
    const { status, body } = await call(request);
    if (status === 404) return undefined;
    if (status < 300) return { body: body as Shape };
    throw new Error((body as ErrorReport).error);
  }

  async function ask<Shape>(request: Ask): Promise<Shape> {
    const found = await askOptional<Shape>(request);
    if (found !== undefined) return found.body;
    throw new Error(
      `The supervisor on "${socket}" does not know ${API_PREFIX}${request.path}. Restart it`,
    );
  }

  return {
    supervisor: () => ask({ path: "" }),
    functions: () => ask({ path: "/functions" }),
    traffic: () => ask({ path: "/traffic" }),
    schedules: () => ask({ path: "/schedules" }),
    async runSchedule(name, schedule) {
      const path = `${pathOf(name)}/run?schedule=${encodeURIComponent(schedule)}`;
      // A run with its retries may take days.
      const done = await askOptional<RunReport>({ method: "POST", path, timeoutMs: MAX_TIMER_MS });
      return done?.body;
    },
    async find(name, wait) {
      const found = await askOptional<FunctionReport>({
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
    async announce(name, body) {
      return (await call({ method: "POST", path: `${pathOf(name)}/announce`, body })).status < 300;
    },
    async reload(name) {
      return await askOptional({ method: "POST", path: `${pathOf(name)}/reload` }) !== undefined;
    },
    async stop(name, body = {}) {
      return await askOptional({ method: "POST", path: `${pathOf(name)}/stop`, body }) !==
        undefined;
    },
    async start(name) {
      return await askOptional({ method: "POST", path: `${pathOf(name)}/start` }) !== undefined;
    },
    async expire(name, expiresAt) {
      const path = `${pathOf(name)}/expiry`;
      return (await askOptional<ExpiryReport>({ method: "POST", path, body: { expiresAt } }))?.body;
    },
    async purge(name) {
      const path = `${pathOf(name)}/purge`;
      return await askOptional({ method: "POST", path, timeoutMs: WORK_TIMEOUT_MS }) !== undefined;
    },
    async rollBack(name, to) {
      const query = to === undefined ? "" : `?to=${encodeURIComponent(to)}`;
      const done = await askOptional<RollbackReport>({
        method: "POST",
        path: `${pathOf(name)}/rollback${query}`,
        timeoutMs: WORK_TIMEOUT_MS,
      });
      return done?.body;
    },
    async history(name, limit) {
      const path = `${pathOf(name)}/history${limit === undefined ? "" : `?limit=${limit}`}`;
      return (await askOptional<ChangeReport[]>({ path }))?.body;
    },
    async diff(name, { from, to }) {
      const path = `${pathOf(name)}/diff?from=${from}${to === undefined ? "" : `&to=${to}`}`;
      return (await askOptional<DiffReport>({ path, timeoutMs: WORK_TIMEOUT_MS }))?.body;
    },
    async variables(name) {
      return (await askOptional<VariableReport[]>({ path: `${pathOf(name)}/variables` }))?.body;
    },
    async settings(name) {
      const { status, body } = await call({ path: `${pathOf(name)}/settings` });
      if (status === 404 || status === 409) return undefined;
      if (status < 300) return body as SettingReport[];
      throw new Error((body as ErrorReport).error);
    },
    async changeVariables(name, body) {
      const path = `${pathOf(name)}/variables`;
      return (await askOptional<VariablesChange>({ method: "POST", path, body }))?.body;
    },
    async undoVariables(name, change) {
      const path = `${pathOf(name)}/variables/undo?change=${encodeURIComponent(change)}`;
      return await askOptional({ method: "POST", path }) !== undefined;
    },
    async loginLink() {
      return (await ask<LoginReport>({ method: "POST", path: "/login" })).url;
    },
    restart: (ms) =>
      ask({
        method: "POST",
        path: `/restart?timeoutMs=${Math.ceil(ms)}`,
        // It may wait for a supervisor that is ready and does not accept, and for one that stops.
        timeoutMs: ms + WORK_TIMEOUT_MS,
      }),
    check: (body, signal) =>
      ask({ method: "POST", path: "/check", body, timeoutMs: WORK_TIMEOUT_MS, signal }),
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
