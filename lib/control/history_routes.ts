import { z } from "zod";
import { judgeName } from "../config/function_name.ts";
import type { AnnounceRequest } from "./api.ts";
import { reportChanges } from "./change_report.ts";
import { findChangeUser } from "./change_user.ts";
import { failure, type Route, route } from "./route.ts";

const NO_NAME = "The name is not valid for a function";

const NO_FUNCTION = "There is no such function, and no change of one is recorded";

const MAX_LIMIT = 1_000;

const historyQuery = z.strictObject({
  limit: z.string().regex(/^\d{1,4}$/, `Use a whole number from 1 to ${MAX_LIMIT}`)
    .transform(Number).pipe(z.int().min(1).max(MAX_LIMIT)).optional().describe(
      "Number of changes; all by default",
    ),
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
