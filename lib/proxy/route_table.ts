import type { RateLimit } from "../config/rate_limit.ts";
import type { Fault } from "./http1/fault.ts";
import { createTraffic, type Traffic } from "./traffic.ts";
import type { Upstream } from "./upstream.ts";

/** Where requests for a function go. */
export type Route =
  | {
    readonly type: "ready";
    readonly upstream: Upstream;
    readonly keepPrefix?: boolean;
    /** Requests of one client at this function; none where it is left out. */
    readonly rateLimit?: RateLimit;
  }
  /** It is being started; requests wait. */
  | { readonly type: "waiting" }
  /** It can't be started, or not now; `isAsked`: a request may have it tried again at once. */
  | { readonly type: "refused"; readonly fault: Fault; readonly isAsked?: true };

/** What came of a reload that a client has asked for. */
export type ReloadOutcome =
  | { readonly isDone: true }
  | { readonly isDone: false; readonly reason: string };

/** What a wait for a start came to. */
export type Waited =
  | { readonly type: "route"; readonly route: Route | undefined }
  | { readonly type: "crowded" }
  | { readonly type: "timeout" }
  | { readonly type: "aborted" };

/** Bounds of a wait. */
export interface WaitOptions {
  readonly waitTimeoutMs: number;
  readonly maxWaiting: number;
  /** Aborts when nobody waits any more. */
  readonly signal?: AbortSignal;
}

/** The functions by name. One assignment moves a route; requests that wait go with it. */
export class RouteTable {
  readonly #routes = new Map<string, Route>();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #traffic = new Map<string, Traffic>();

  /** Called for a function that a request asks for and that does not serve: it may be started now. */
  onWanted: ((name: string) => void) | undefined;

  /** Asked by a client to reload a function; without it, what asks for that reaches the function. */
  onReload: ((name: string) => Promise<ReloadOutcome>) | undefined;

  /** The route that answers now; `undefined` when there is no such function. */
  get(name: string): Route | undefined {
    return this.#routes.get(name);
  }

  /** The route for a request: a function that was refused for what may have passed is tried again. */
  ask(name: string): Route | undefined {
    const route = this.#routes.get(name);
    if (route?.type !== "refused" || route.isAsked !== true) return route;
    this.onWanted?.(name);
    return this.#routes.get(name);
  }

  /** What passed between clients and a function, for as long as there is one of that name. */
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

  /** Requests that wait for a function. */
  waitingFor(name: string): number {
    return this.#waiting.get(name)?.size ?? 0;
  }

  /** Waits until a function's route is something else than `waiting`. */
  async wait(name: string, options: WaitOptions): Promise<Waited> {
    const route = this.#routes.get(name);
    if (route?.type !== "waiting") return { type: "route", route };
    const waiting = this.#waiting.get(name) ?? new Set();
    if (waiting.size >= options.maxWaiting) return { type: "crowded" };
    this.#waiting.set(name, waiting);
    if (options.signal?.aborted) return { type: "aborted" };
    const { promise, resolve } = Promise.withResolvers<Waited>();
    const wake = (): void => resolve({ type: "route", route: this.#routes.get(name) });
    const abort = (): void => resolve({ type: "aborted" });
    // A timer of more than its 31 bits would fire at once.
    const timer = options.waitTimeoutMs === Infinity
      ? undefined
      : setTimeout(() => resolve({ type: "timeout" }), options.waitTimeoutMs);
    options.signal?.addEventListener("abort", abort);
    waiting.add(wake);
    this.onWanted?.(name);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", abort);
      waiting.delete(wake);
      if (waiting.size === 0 && this.#waiting.get(name) === waiting) this.#waiting.delete(name);
    }
  }

  #wake(name: string): void {
    for (const wake of this.#waiting.get(name) ?? []) wake();
  }
}
