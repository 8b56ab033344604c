import { ISOLATION_LEVELS } from "../../lib/config/isolation_level.ts";
import { nearest } from "../../lib/config/suggestion.ts";
import { type FunctionReport, REPORTED_STATUSES } from "../../lib/control/api.ts";

/** Whether a function is to be listed. */
export type FunctionFilter = (report: FunctionReport) => boolean;

const kinds: ReadonlyMap<string, (value: string) => FunctionFilter> = new Map([
  ["status", statusFilter],
  ["name", nameFilter],
  ["isolation", isolationFilter],
]);

/**
 * Reads a filter such as `status=failed` or `name=shop-*`. One whose newer revision has failed is
 * among those that have failed, whatever else it is.
 *
 * @throws {SyntaxError} when there is no such filter, or nothing that it could let through
 */
export function parseFilter(text: string): FunctionFilter {
  const at = text.indexOf("=");
  const kind = at === -1 ? undefined : kinds.get(text.slice(0, at));
  if (kind === undefined) {
    throw new SyntaxError(
      `"${text}" is no filter. Write status=failed, name=shop-* or isolation=none`,
    );
  }
  return kind(text.slice(at + 1));
}

function statusFilter(value: string): FunctionFilter {
  requireOneOf(value, { what: "status", words: REPORTED_STATUSES });
  return ({ status, failedRevision }) =>
    status === value || value === "failed" && failedRevision !== null;
}

function isolationFilter(value: string): FunctionFilter {
  requireOneOf(value, { what: "level of isolation", words: ISOLATION_LEVELS });
  return ({ isolation }) => isolation === value;
}

function requireOneOf(
  value: string,
  { what, words }: { readonly what: string; readonly words: readonly string[] },
): void {
  if (words.includes(value)) return;
  const near = nearest(value, words);
  const hint = near === undefined ? `There are ${words.join(", ")}` : `Did you mean "${near}"?`;
  throw new SyntaxError(`"${value}" is no ${what}. ${hint}`);
}

/** `*` stands for any characters, `?` for one. */
function nameFilter(value: string): FunctionFilter {
  const pattern = value.replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*").replaceAll("?", ".");
  const name = new RegExp(`^${pattern}$`, "su");
  return (report) => name.test(report.name);
}
