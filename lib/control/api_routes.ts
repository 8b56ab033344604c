import { z } from "zod";
import { judgeName } from "../function/name.ts";
import { checkSource } from "../supervisor/check_source.ts";
import { RollbackError } from "../supervisor/rollback.ts";
import { PENDING } from "../supervisor/state.ts";
import type { CheckReport, CheckRequest, RollbackReport } from "./api.ts";
import { reportFunction, reportFunctions, reportTraffic } from "./report.ts";
import { failure, type Reply, type Route, route } from "./route.ts";
import { MAX_VARIABLES_BODY_BYTES, VARIABLE_ROUTES } from "./variable_routes.ts";
import { waitForState } from "./wait_for_state.ts";

/** Longest that a request may wait for a function. */
const MAX_WAIT_MS = 600_000;

const NO_FUNCTION = "There is no function of that name";

const waitQuery = z.strictObject({
  until: z.enum(["settled", "gone", "changed"]).optional()
    .describe(
      "Wait until it is ready, idle or failed; until nothing of it is left; or until what is " +
        'under way for it is something else than "since" says',
    ),
  since: z.enum([...PENDING, "none"]).optional()
    .describe('What was under way: "pending" of an earlier answer, with none for null'),
  timeoutMs: z.string().regex(/^\d{1,9}$/, `Give a whole number from 0 to ${MAX_WAIT_MS}`)
    .transform(Number).pipe(z.int().min(0).max(MAX_WAIT_MS)).optional()
    .describe("Then it is told as it is"),
}).refine(({ until, since }) => (until === "changed") === (since !== undefined), {
  error: '"since" goes with "until=changed", and that with it',
});

const rollbackQuery = z.strictObject({
  to: z.string().regex(/^[0-9a-f]{4,64}$/, "Give 4 to 64 hexadecimal digits").optional()
    .describe("First digits of a kept revision; without it, the newest of them"),
});

const scanQuery = z.strictObject({
  take: z.string().min(1).max(255).optional()
    .describe("A function of which what is new is taken up, also where nobody watches"),
});

/** All that the control API answers. The server and its description are both made from it. */
export const ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: "",
    operation: "getSupervisor",
    summary: "The running supervisor",
    gives: "SupervisorReport",
    handle: (_call, { report }) => ok(report),
  }),
  route({
    method: "GET",
    path: "/functions",
    operation: "listFunctions",
    summary: "All directories of the functions directory, sorted by name",
    gives: "FunctionReport[]",
    handle: async (_call, { supervisor, report }) => ok(await reportFunctions(supervisor, report)),
  }),
  route({
    method: "GET",
    path: "/functions/{name}",
    operation: "getFunction",
    summary: "One function, at once or when it has come to a state",
    query: waitQuery,
    gives: "FunctionReport",
    faults: { 404: NO_FUNCTION },
    async handle({ name, query, gone }, { supervisor, report }) {
      const { until, since, timeoutMs = MAX_WAIT_MS } = query;
      if (until !== undefined) {
        await waitForState(supervisor, { name, until, since, timeoutMs, signal: gone });
      }
      const state = supervisor.functions.get(name);
      if (state !== undefined) return ok(await reportFunction(supervisor, state, report));
      const others = await reportFunctions(supervisor, report);
      const ignored = others.find((one) => one.name === name);
      return ignored === undefined ? noFunction(name) : ok(ignored);
    },
  }),
  route({
    method: "POST",
    path: "/functions/{name}/reload",
    operation: "reloadFunction",
    summary: "Start it anew; the old instance serves until the new one is ready",
    faults: { 404: NO_FUNCTION },
    handle: ({ name }, { supervisor }) =>
      supervisor.reload(name) ? { status: 204 } : noFunction(name),
  }),
  route({
    method: "POST",
    path: "/functions/{name}/rollback",
    operation: "rollBackFunction",
    summary: "Put a kept revision back into its folder",
    query: rollbackQuery,
    gives: "RollbackReport",
    faults: { 404: NO_FUNCTION, 409: "That revision is not kept, or can't be put back" },
    async handle({ name, query }, { supervisor }) {
      if (supervisor.functions.get(name)?.isWanted !== true) return noFunction(name);
      try {
        return ok(
          { revision: await supervisor.rollBack(name, query.to) } satisfies RollbackReport,
        );
      } catch (error) {
        if (error instanceof RollbackError) return failure(409, error.message);
        throw error;
      }
    },
  }),
  route({
    method: "POST",
    path: "/functions/{name}/purge",
    operation: "purgeFunction",
    summary: "Remove all that it has kept, and its kept revisions; its folder is gone already",
    faults: { 404: "That is no name of a function" },
    async handle({ name }, { context }) {
      if (judgeName(name).type !== "function") return noFunction(name);
      await context.purge(name);
      return { status: 204 };
    },
  }),
  ...VARIABLE_ROUTES,
  route({
    method: "GET",
    path: "/traffic",
    operation: "listTraffic",
    summary: "What passed between clients and each function",
    gives: "TrafficReport[]",
    handle: (_call, { supervisor }) => ok(reportTraffic(supervisor)),
  }),
  route({
    method: "POST",
    path: "/scan",
    operation: "scan",
    summary: "Look at the functions directory now; answered when that is done",
    query: scanQuery,
    async handle({ query }, { supervisor }) {
      await supervisor.scan(query.take);
      return { status: 204 };
    },
  }),
  route<z.ZodObject, CheckRequest>({
    method: "POST",
    path: "/check",
    operation: "check",
    summary: "Say what would keep a directory from being served, and run nothing of it",
    takes: "CheckRequest",
    maxBodyBytes: MAX_VARIABLES_BODY_BYTES,
    gives: "CheckReport",
    async handle({ body, gone }, { context }) {
      const { name, as: cacheName, variables } = body;
      const problem = await checkSource(context, { name, cacheName, variables, signal: gone });
      return ok({ problem: problem ?? null } satisfies CheckReport);
    },
  }),
];

function ok(body: unknown): Reply {
  return { status: 200, body };
}

function noFunction(name: string): Reply {
  return failure(404, `There is no function "${name}"`);
}
