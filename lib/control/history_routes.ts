import { z } from "zod";
import { judgeName } from "../config/function_name.ts";
import { DiffError, diffRevisions, type RevisionDifference } from "../supervisor/diff_revisions.ts";
import type { AnnounceRequest, DiffReport } from "./api.ts";
import { reportChanges } from "./change_report.ts";
import { findChangeUser } from "./change_user.ts";
import { failure, type Route, route } from "./route.ts";

const NO_NAME = "The name is not valid for a function";

const NO_FUNCTION = "There is no such function, and no change of one is recorded";

const SHORT_REVISION = 12;

const MAX_LIMIT = 1_000;

const historyQuery = z.strictObject({
  limit: z.string().regex(/^\d{1,4}$/, `Use a whole number from 1 to ${MAX_LIMIT}`)
    .transform(Number).pipe(z.int().min(1).max(MAX_LIMIT)).optional().describe(
      "Number of changes; all by default",
    ),
});

const digits = z.string().regex(/^[0-9a-f]{4,64}$/, "Use 4 to 64 hexadecimal digits");

const diffQuery = z.strictObject({
  from: digits.describe("First digits of a kept revision"),
  to: digits.optional()
    .describe("First digits of another one; by default the revision that serves or served last"),
});

/** Routes for the changes of functions. */
export const HISTORY_ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: "/functions/{name}/history",
    operation: "listChanges",
    summary: "List the recorded changes of a function, also of a removed one, newest first",
    query: historyQuery,
    responseBody: "ChangeReport[]",
    errors: { 404: NO_FUNCTION },
    async handle({ name, query }, { supervisor }) {
      if (judgeName(name).type !== "function") return failure(404, NO_NAME);
      const changes = await supervisor.changesOf(name);
      const state = supervisor.functions.get(name);
      if (state === undefined && changes.length === 0) {
        return failure(404, `There is no function "${name}"`);
      }
      const marks = {
        serving: state?.serving?.revision,
        kept: state === undefined ? [] : supervisor.snapshotsOf(name),
      };
      return { status: 200, body: reportChanges(changes, marks).slice(0, query.limit) };
    },
  }),
  route({
    method: "GET",
    path: "/functions/{name}/diff",
    operation: "diffRevisions",
    summary: "Compare the kept folders of two revisions of a function",
    query: diffQuery,
    responseBody: "DiffReport",
    errors: { 404: "There is no such function", 409: "One of the revisions is not kept" },
    async handle({ name, query: { from, to }, signal }, { supervisor, context }) {
      const state = supervisor.functions.get(name);
      if (state === undefined) return failure(404, `There is no function "${name}"`);
      const serving = state.serving?.revision;
      try {
        const diff = await diffRevisions(context, { name, from, to, serving, signal });
        return { status: 200, body: reportDiff(diff) };
      } catch (error) {
        if (error instanceof DiffError) return failure(409, error.message);
        throw error;
      }
    },
  }),
  route<z.ZodObject, AnnounceRequest>({
    method: "POST",
    path: "/functions/{name}/announce",
    operation: "announceChange",
    summary: "Say where the new code comes from that a client is about to put in place",
    requestBody: "AnnounceRequest",
    errors: { 404: NO_NAME },
    async handle({ name, body, uid }, { supervisor }) {
      if (judgeName(name).type !== "function") return failure(404, NO_NAME);
      supervisor.announce(name, { ...body, user: await findChangeUser(uid) });
      return { status: 204 };
    },
  }),
];

function reportDiff({ from, to, files, isTruncated }: RevisionDifference): DiffReport {
  const short = (revision: string): string => revision.slice(0, SHORT_REVISION);
  return { from: short(from), to: short(to), files, isTruncated };
}
