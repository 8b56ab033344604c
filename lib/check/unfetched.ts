import type { CheckResult } from "./check.ts";
import type { Unfetched } from "./fetcher.ts";

/**
 * Adds failed fetches to the diagnostics of a failed check. After a failure of a host or the
 * network, the other diagnostics may be temporary too.
 *
 * @example
 * ```ts
 * import { withUnfetched } from "./unfetched.ts";
 * const result = { diagnostics: "error: Import failed", modules: [] };
 * withUnfetched(result, { refused: [], failed: ["a.test: it answered 503"] }).isPassing; // true
 * ```
 */
export function withUnfetched(
  result: CheckResult,
  { refused, failed }: Unfetched,
): CheckResult {
  const lines = [result.diagnostics];
  if (refused.length > 0) {
    lines.push(
      `The check may not fetch from ${refused.join(", ")}. Import from another host, or ask the ` +
        'operator to add it to "allowImport" or "registries"',
    );
  }
  lines.push(...failed.map((one) => `Cannot fetch from ${one}`));
  return {
    ...result,
    diagnostics: lines.join("\n"),
    ...(failed.length > 0 ? { isPassing: true } : {}),
  };
}
