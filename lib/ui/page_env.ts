import type { Context } from "hono";
import type { Session } from "./access/sessions.ts";
import { PAGE_PATH } from "./page_path.ts";

/** Facts about a request that its head does not say. */
export interface RequestFacts {
  /** Address of the peer. */
  readonly address: string;
  /** A trusted proxy says that the browser uses HTTPS. */
  readonly isHttps: boolean;
  /** Aborts when the browser disconnects. */
  readonly signal: AbortSignal;
}

/** Types of the page's requests. */
export interface PageEnv {
  readonly Bindings: RequestFacts;
  readonly Variables: { readonly session: Session | undefined };
}

/** A request of the page. */
export type PageContext = Context<PageEnv>;

/**
 * Returns the relative path from a page to the page's root.
 *
 * @example
 * ```ts
 * import { rootFrom } from "./page_env.ts";
 * rootFrom("/_ui/functions/shop"); // "../"
 * ```
 */
export function rootFrom(path: string): string {
  const depth = path.slice(PAGE_PATH.length + 1).split("/").length - 1;
  return depth === 0 ? "./" : "../".repeat(depth);
}
