import { ISOLATION_LEVELS } from "../../lib/config/isolation_level.ts";
import { nearest } from "../../lib/config/suggestion.ts";
import { type FunctionReport, REPORTED_STATUSES } from "../../lib/control/api.ts";

/** Returns true if `ddsrv list` shows the function. */
export type FunctionFilter = (report: FunctionReport) => boolean;

const kinds: ReadonlyMap<string, (value: string) => FunctionFilter> = new Map([
  ["status", statusFilter],
  ["name", nameFilter],
  ["isolation", isolationFilter],
]);

/**
 * Parses a filter such as `status=failed` or `name=shop-*`. `status=failed` also matches a function
 * whose newer revision failed.
 *
 * @throws {SyntaxError} if the key or the value is unknown
 */
export function parseFilter(text: string): FunctionFilter {
  const at = text.indexOf("=");
  const kind = at === -1 ? undefined : kinds.get(text.slice(0, at));
  if (kind === undefined) {
    throw new SyntaxError(
      `"${text}" is not a filter. Use status=WORD, name=PATTERN or isolation=LEVEL`,
    );
  }
  return kind(text.slice(at + 1));
}

function statusFilter(value: string): FunctionFilter {
  requireOneOf(value, { what: "a status", words: REPORTED_STATUSES });
  return ({ status, failedRevision }) =>
    status === value || value === "failed" && failedRevision !== null;
}

function isolationFilter(value: string): FunctionFilter {
  requireOneOf(value, { what: "an isolation level", words: ISOLATION_LEVELS });
  return ({ isolation }) => isolation === value;
}

function requireOneOf(
  value: string,
  { what, words }: { readonly what: string; readonly words: readonly string[] },
): void {
  if (words.includes(value)) return;
  const near = nearest(value, words);
  const hint = near === undefined ? `Use one of ${words.join(", ")}` : `Did you mean "${near}"?`;
  throw new SyntaxError(`"${value}" is not ${what}. ${hint}`);
}

/** `*` matches any characters, `?` exactly one. */
function nameFilter(value: string): FunctionFilter {
  const pattern = value.replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*").replaceAll("?", ".");
  const name = new RegExp(`^${pattern}$`, "su");
  return (report) => name.test(report.name);
}
