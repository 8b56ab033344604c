import { fileURLToPath } from "node:url";

/** Host path of the types of `EdgeRuntime`. */
export const EDGE_RUNTIME_TYPES: string = fileURLToPath(
  new URL("edge_runtime.d.ts", import.meta.url),
);

/**
 * Returns true if a check found no type of `EdgeRuntime`. Only then it gets ddsrv's own: a function
 * that declares the name itself would see two declarations.
 *
 * @example
 * ```ts
 * import { missesEdgeRuntime } from "./edge_runtime.ts";
 * missesEdgeRuntime("TS2304 [ERROR]: Cannot find name 'EdgeRuntime'."); // true
 * ```
 */
export function missesEdgeRuntime(diagnostics: string): boolean {
  return diagnostics.includes("Cannot find name 'EdgeRuntime'") ||
    /TS7017\b[^]*\bglobalThis\s*(\?\.|\.)\s*EdgeRuntime\b/.test(diagnostics);
}
