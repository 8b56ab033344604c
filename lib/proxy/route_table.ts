import type { RateLimit } from "../config/rate_limit.ts";
import { createSecret, isSecret, type Secret } from "./debug_secret.ts";
import { type Fault, faultOf } from "./http1/fault.ts";
import { createTraffic, type Traffic } from "./traffic.ts";
import type { Upstream } from "./upstream.ts";

/** The way in which requests for a function are answered. */
export type Route =
  | {
    readonly type: "ready";
    readonly upstream: Upstream;
    readonly keepPrefix?: boolean;
    /** Relative links need a slash at the end of its address: `/name` redirects to `/name/`. */
    readonly isFolder?: boolean;
    /** Rate limit of each client at this function; none if left out. */
    readonly rateLimit?: RateLimit;
  }
  /** The function is starting; requests wait. */
  | { readonly type: "waiting" }
  /** The function cannot be started now. `isAsked`: a request may trigger a new attempt. */
  | { readonly type: "refused"; readonly fault: Fault; readonly isAsked?: true };

/** The way of requests with the secret of a debug session. Disposing of it closes it. */
export interface DebugRoute extends Disposable {
  /** Sends them to the instance, which begins to listen. */
  readonly ready: (
    instance: Pick<Extract<Route, { readonly type: "ready" }>, "upstream" | "keepPrefix">,
  ) => void;
}

/** An instance that a person debugs does not listen yet. */
const NOT_LISTENING: Route = {
  type: "refused",
  fault: faultOf("function-starting", {
    detail: "the instance of the debug session does not listen yet. If its code waits for a " +
      "debugger, attach one and continue",
    retryAfterS: 1,
  }),
};

/** Result of a reload requested by a client. */
export type ReloadOutcome =
  | { readonly isDone: true }
  | { readonly isDone: false; readonly reason: string };

/** Result of {@linkcode RouteTable.wait}. `crowded`: too many requests wait already. */
export type WaitOutcome =
  | { readonly type: "route"; readonly route: Route | undefined }
  | { readonly type: "crowded" }
  | { readonly type: "timeout" }
  | { readonly type: "aborted" };

/** Options of {@linkcode RouteTable.wait}. */
export interface WaitOptions {
  readonly waitTimeoutMs: number;
  readonly maxWaiting: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** Routes by function name. A change of a route applies to all waiting requests at once. */
export class RouteTable {
  readonly #routes = new Map<string, Route>();
  /** Wakes what waits for a function, or for the names of all. */
  readonly #waiting = new Map<string | undefined, Set<() => void>>();
  readonly #traffic = new Map<string, Traffic>();
  readonly #debug = new Map<string, { readonly secret: Secret; route: Route }>();
  #isComplete: boolean;
  #owners: ReadonlyMap<string, string> = new Map();
  /** Nobody's secret: a comparison takes as long without a debug session as with one. */
  readonly #noSecret = createSecret();

  /** Called when a request arrives for a function that does not serve, so that it can be started. */
  onWanted: ((name: string) => void) | undefined;

  /** Reloads a function for a client. Without it, reload requests go to the function itself. */
  onReload: ((name: string) => Promise<ReloadOutcome>) | undefined;

  /** `isComplete`: false if the functions are not known yet, see {@linkcode RouteTable.complete}. */
  constructor({ isComplete = true }: { readonly isComplete?: boolean } = {}) {
    this.#isComplete = isComplete;
  }

  /** False until all functions are known: a name without a route may still be a function. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** All functions are known now. */
  complete(): void {
    if (this.#isComplete) return;
    this.#isComplete = true;
    this.#wake(undefined);
  }

  /** Returns the current route of a function, or `undefined` if there is no such function. */
  get(name: string): Route | undefined {
    return this.#routes.get(name);
  }

  /** Returns all functions with their routes. */
  entries(): Iterable<readonly [name: string, route: Route]> {
    return this.#routes.entries();
  }

  /** Returns the names of all functions. */
  names(): Iterable<string> {
    return this.#routes.keys();
  }

  /** Returns the route for a request. First triggers a new attempt where the route allows that. */
  resolve(name: string): Route | undefined {
    const route = this.#routes.get(name);
    if (route?.type !== "refused" || route.isAsked !== true) return route;
    this.onWanted?.(name);
    return this.#routes.get(name);
  }

  /** Opens a route for requests with a secret; a function has at most one. */
  openDebug(name: string, secret: Secret): DebugRoute {
    const own = { secret, route: NOT_LISTENING };
    this.#debug.set(name, own);
    return {
      ready(instance) {
        own.route = { type: "ready", ...instance };
      },
      [Symbol.dispose]: () => {
        if (this.#debug.get(name) === own) this.#debug.delete(name);
      },
    };
  }

  /** Returns the route of a function's debug session, if bytes are its secret. */
  debugRouteOf(name: string, bytes: Uint8Array): Route | undefined {
    const own = this.#debug.get(name);
    return isSecret(bytes, own?.secret ?? this.#noSecret) ? own?.route : undefined;
  }

  /** Returns the traffic figures of a function since it appeared. */
  trafficOf(name: string): Traffic | undefined {
    return this.#traffic.get(name);
  }

  set(name: string, route: Route): void {
    if (!this.#traffic.has(name)) this.#traffic.set(name, createTraffic());
    this.#routes.set(name, route);
    if (route.type !== "waiting") this.#wake(name);
  }

  delete(name: string): void {
    this.#traffic.delete(name);
    this.#routes.delete(name);
    this.#wake(name);
  }

  /** Returns the function whose own domain a host is; `host` is in lower case, without a port. */
  ownerOf(host: string): string | undefined {
    return this.#owners.get(host);
  }

  /** True if some function has a domain of its own. */
  get hasOwners(): boolean {
    return this.#owners.size > 0;
  }

  /** Replaces the functions' own domains: names of functions by host. */
  setOwners(owners: ReadonlyMap<string, string>): void {
    this.#owners = owners;
  }

  /** Number of requests that wait for a function; without a name, until all are known. */
  waitingFor(name: string | undefined): number {
    return this.#waiting.get(name)?.size ?? 0;
  }

  /** Waits until a function's route is no longer `waiting`; without a name, until all are known. */
  async wait(name: string | undefined, options: WaitOptions): Promise<WaitOutcome> {
    const route = name === undefined ? undefined : this.#routes.get(name);
    const isOver = name === undefined ? this.#isComplete : route?.type !== "waiting";
    if (isOver) return { type: "route", route };
    const waiting = this.#waiting.get(name) ?? new Set();
    if (waiting.size >= options.maxWaiting) return { type: "crowded" };
    this.#waiting.set(name, waiting);
    if (options.signal?.aborted) return { type: "aborted" };
    const { promise, resolve } = Promise.withResolvers<WaitOutcome>();
    const wake = (): void =>
      resolve({ type: "route", route: name === undefined ? undefined : this.#routes.get(name) });
    const abort = (): void => resolve({ type: "aborted" });
    // A timer above its 31-bit maximum would fire at once.
    const timer = options.waitTimeoutMs === Infinity
      ? undefined
      : setTimeout(() => resolve({ type: "timeout" }), options.waitTimeoutMs);
    options.signal?.addEventListener("abort", abort);
    waiting.add(wake);
    if (name !== undefined) this.onWanted?.(name);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", abort);
      waiting.delete(wake);
      if (waiting.size === 0 && this.#waiting.get(name) === waiting) this.#waiting.delete(name);
    }
  }

  #wake(name: string | undefined): void {
    for (const wake of this.#waiting.get(name) ?? []) wake();
  }
}
