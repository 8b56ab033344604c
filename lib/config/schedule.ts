import { parseCronLine } from "./cron_line.ts";
import { formatDuration } from "./duration.ts";
import type { Kind } from "./kind.ts";
import { duration } from "./number_kinds.ts";
import { refuseText } from "./policy_kinds.ts";

/** A run that is due while the previous one goes on is left out, or begins when that ends. */
export const OVERLAPS = ["skip", "queue"] as const;

/** Methods of scheduled requests. */
export const SCHEDULE_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** A request that ddsrv sends to a function at the times of a cron line. */
export interface Schedule {
  /** Unique among the schedules of its function. */
  readonly name: string;
  /** Five fields, see `parseCronLine`. */
  readonly cron: string;
  /** Name of the IANA database. */
  readonly timezone: string;
  /** Request target, without the prefix of the function's name. */
  readonly path: string;
  readonly method: typeof SCHEDULE_METHODS[number];
  /** Maximum time of one attempt, including the start of an idle function. */
  readonly timeoutMs: number;
  /** Maximum number of further attempts after a failure. */
  readonly retries: number;
  readonly overlap: typeof OVERLAPS[number];
  /** A time that passed while ddsrv was not running is made up once. */
  readonly catchUp: boolean;
}

/** Maximum number of schedules of one function: a manifest is not trusted. */
export const MAX_SCHEDULES = 100;

const MAX_RETRIES = 10;
const DEFAULT_TIMEOUT_MS = 5 * 60_000;
const MAX_TIMEOUT_MS = 24 * 3_600_000;

const NAME_HINT = "Give a name of at most 63 letters, digits, dots, dashes and underscores";
const PATH_HINT = "Give a path such as /jobs/report, without spaces and without #";

/** Schedules, which only a manifest has. */
export const schedules: Kind<readonly Schedule[]> = {
  placeholder: "schedules",
  parse: refuseText,
  write: (value) =>
    value.map(({ timeoutMs, ...rest }) => ({ ...rest, timeout: formatDuration(timeoutMs) })),
  schema: (zod) =>
    zod.array(
      zod.strictObject({
        name: zod.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, NAME_HINT),
        cron: zod.string(),
        timezone: zod.string().default("UTC"),
        path: zod.string().max(2_048, PATH_HINT).regex(/^\/[!"$-~]*$/, PATH_HINT).default("/"),
        method: zod.enum(SCHEDULE_METHODS).default("POST"),
        timeout: duration({ min: 1_000, max: MAX_TIMEOUT_MS }).schema(zod)
          .default(DEFAULT_TIMEOUT_MS),
        retries: zod.int().min(0).max(MAX_RETRIES).default(0),
        overlap: zod.enum(OVERLAPS).default("skip"),
        catchUp: zod.boolean().default(false),
      }).transform(({ timeout: timeoutMs, ...rest }): Schedule => ({ ...rest, timeoutMs })),
    ).max(MAX_SCHEDULES, `Give at most ${MAX_SCHEDULES} schedules`)
      .superRefine((all, context) => {
        const problem = problemOf(all);
        if (problem !== undefined) context.addIssue({ code: "custom", ...problem });
      }),
};

/** Returns the first problem: to search for times that do not exist takes long. */
function problemOf(
  all: readonly Schedule[],
): { readonly path: (string | number)[]; readonly message: string } | undefined {
  const names = new Set<string>();
  for (const [index, { name, cron, timezone }] of all.entries()) {
    if (names.has(name)) {
      const message = `Two schedules have the name "${name}". Give each a name of its own`;
      return { path: [index, "name"], message };
    }
    names.add(name);
    try {
      parseCronLine(cron, timezone);
    } catch (error) {
      return { path: [index, "cron"], message: (error as Error).message };
    }
  }
  return undefined;
}
