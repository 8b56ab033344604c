import { PART, redact } from "./redact.ts";

/** The output of a process that ended or did not listen. */
export interface CauseOptions {
  /** `exit`: it has served, so that its messages may contain data of clients. */
  readonly stage: "start" | "exit";
  /** Values that nobody may see. */
  readonly secrets: readonly string[];
}

/** Maximum UTF-16 units of a line. */
const MAX_LINE = 500;

// deno-lint-ignore no-control-regex
const CONTROL = /\x1b\[[\d;]{0,20}m|[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Returns the lines of an output that name the cause, as anybody may read them: Deno's last
 * `error:` and what it was caused by. After an exit, only the class of the error. Empty if there is
 * none: other output may contain secrets.
 *
 * @example
 * ```ts
 * import { publicCause } from "./public_cause.ts";
 * const text = "starting\nerror: Uncaught (in promise) Error: no table";
 * publicCause(text, { stage: "start", secrets: [] }); // "error: Uncaught (in promise) Error: no table"
 * publicCause(text, { stage: "exit", secrets: [] }); // "error: Uncaught (in promise) Error"
 * ```
 */
export function publicCause(text: string, { stage, secrets }: CauseOptions): string {
  const lines = text.split("\n").map((line) => line.replace(CONTROL, ""));
  const at = lines.findLastIndex((line) => line.startsWith("error: ") && !FOLLOWS.test(line));
  if (at < 0) return "";
  const error = lines[at]!;
  if (stage === "exit") return errorClass(error);
  const reason = lines.slice(at + 1).find((line) => line.startsWith("Caused by: "));
  return [error, ...reason === undefined ? [] : [reason]]
    .map((line) => show(line, secrets) ?? errorClass(line))
    .filter((line) => line !== "")
    .join("\n");
}

/** An error that only says that another one came before. */
const FOLLOWS = /Error: Unhandled error in child worker/;

function show(line: string, secrets: readonly string[]): string | undefined {
  const shown = redact(line.slice(0, MAX_LINE), secrets);
  // The first letters of a value at the end of the cut line are too few to be found.
  return line.length > MAX_LINE ? shown?.slice(0, -(PART - 1)).concat("…") : shown;
}

function errorClass(line: string): string {
  return /^error: Uncaught (?:\([\w ]{1,40}\) )?[A-Za-z_$][\w$]{0,60}(?=[:\s]|$)/.exec(line)?.[0] ??
    "";
}
