import { CHANGE_CAUSES, COMMIT, type Origin } from "./origin.ts";

/**
 * All results of a change. `idle`: it passed its check and starts with the next request; `replaced`:
 * another change came before it was ready; `stopped`: the function is stopped by hand; `ok`: a run of
 * a schedule succeeded; `interrupted`: ddsrv ended before the result was known.
 */
export const CHANGE_RESULTS = [
  "ready",
  "idle",
  "failed",
  "replaced",
  "stopped",
  "removed",
  "ok",
  "interrupted",
] as const;

/** Result of a change. */
export type ChangeResult = typeof CHANGE_RESULTS[number];

/** Stages in which a change can fail, see `Failure` of the supervisor. */
export const CHANGE_STAGES = ["manifest", "check", "start", "exit", "host"] as const;

/** Stage in which a change failed. */
export type ChangeStage = typeof CHANGE_STAGES[number];

/** A change of a function, as ddsrv records it. */
export interface Change extends Origin {
  /** Identifies the change: 12 hexadecimal digits. */
  readonly id: string;
  /** Time at which it began, in milliseconds since 1970. */
  readonly atMs: number;
  /** 64 hexadecimal digits; `undefined` if there is none. */
  readonly revision?: string | undefined;
  /** Name of the schedule that ran. */
  readonly subject?: string | undefined;
  readonly result: ChangeResult;
  /** Set if it failed. */
  readonly stage?: ChangeStage | undefined;
  /** Why it failed, in one line. */
  readonly reason?: string | undefined;
  /** From its begin to its result. */
  readonly durationMs: number;
}

/** Returns true if the change's revision served, or was ready to. */
export function isSuccess({ result }: Pick<Change, "result">): boolean {
  return result === "ready" || result === "idle";
}

/** Maximum number of UTF-16 units of a reason. */
const MAX_REASON = 300;

/**
 * Returns the first line of a text that says something, cut to a length that a record may have.
 *
 * @example
 * ```ts
 * import { reasonLine } from "./change.ts";
 * reasonLine("\n  Type 'a' is wrong\nat x"); // "Type 'a' is wrong"
 * ```
 */
export function reasonLine(text: string): string {
  // Diagnostics may have colours.
  // deno-lint-ignore no-control-regex
  const plain = text.slice(0, 4 * MAX_REASON).replace(/\x1b\[[0-9;]*m/g, "");
  const line = plain.split("\n").map((one) => one.trim()).find((one) => one !== "") ?? "";
  return (line.length <= MAX_REASON ? line : `${line.slice(0, MAX_REASON - 1)}…`).toWellFormed();
}

const ID = /^[0-9a-f]{12}$/;
const REVISION = /^[0-9a-f]{64}$/;

/** Reads a change that JSON has kept; `undefined` if it is not valid. */
export function parseChange(value: unknown): Change | undefined {
  if (!isObject(value)) return undefined;
  const { id, atMs, by, commit, user, revision, result, stage, reason, durationMs } = value;
  const { subject } = value;
  const isValid = matches(id, ID) && isTime(atMs) && isTime(durationMs) &&
    CHANGE_CAUSES.some((one) => one === by) && CHANGE_RESULTS.some((one) => one === result) &&
    (commit === undefined || matches(commit, COMMIT)) &&
    (revision === undefined || matches(revision, REVISION)) &&
    (stage === undefined || CHANGE_STAGES.some((one) => one === stage)) &&
    (reason === undefined || typeof reason === "string" && reason.length <= MAX_REASON) &&
    (subject === undefined || typeof subject === "string") &&
    (user === undefined || isUser(user));
  if (!isValid) return undefined;
  const read = { id, atMs, by, commit, user, revision, subject, result, stage, reason, durationMs };
  return read as Change;
}

function isUser(value: unknown): boolean {
  return isObject(value) && Number.isInteger(value.uid) &&
    (value.name === null || typeof value.name === "string");
}

function isTime(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 8.64e15;
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
