import type { CheckResult } from "./check.ts";
import type { Unfetched } from "./fetcher.ts";

/**
 * The result of a failed check together with what it could not fetch. Where a host or the network
 * failed, the other diagnostics may follow from that, so that all of them may pass.
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
      `The check may not fetch from ${refused.join(", ")}. Import from another host, or have the ` +
        'operator add it to "allowImport" or "registries"',
    );
  }
  lines.push(...failed.map((one) => `Cannot fetch from ${one}`));
  return {
    ...result,
    diagnostics: lines.join("\n"),
    ...(failed.length > 0 ? { isPassing: true } : {}),
  };
}
