import { z } from "zod";
import { judgeName } from "../config/function_name.ts";
import { checkSource } from "../supervisor/check_source.ts";
import { servedPeriod } from "../history/served_period.ts";
import { RollbackError } from "../supervisor/rollback.ts";
import { PENDING } from "../supervisor/state.ts";
import type { CheckReport, CheckRequest, LoginReport, RollbackReport } from "./api.ts";
import { reportServed } from "./change_report.ts";
import { findChangeUser } from "./change_user.ts";
import { EXPIRY_ROUTES } from "./expiry_routes.ts";
import { HISTORY_ROUTES } from "./history_routes.ts";
import { reportFunction, reportFunctions, reportTraffic } from "./report.ts";
import { failure, type Reply, type Route, route } from "./route.ts";
import { RESTART_ROUTE } from "./restart_route.ts";
import { SCHEDULE_ROUTES } from "./schedule_routes.ts";
import { SETTING_ROUTES } from "./setting_routes.ts";
import { STOP_ROUTES } from "./stop_routes.ts";
import { MAX_VARIABLES_BODY_BYTES, VARIABLE_ROUTES } from "./variable_routes.ts";
import { waitForState } from "./wait_for_state.ts";

/** Maximum time that a request may wait for a function. */
const MAX_WAIT_MS = 600_000;

const NO_FUNCTION = "There is no such function";

const waitQuery = z.strictObject({
  until: z.enum(["settled", "gone", "changed"]).optional()
    .describe(
      "Wait until the function is ready, idle or failed (settled), until it is gone, or until " +
        'its pending work differs from "since" (changed)',
    ),
  since: z.enum([...PENDING, "none"]).optional()
    .describe('The value of "pending" in an earlier response; "none" for null'),
  timeoutMs: z.string().regex(/^\d{1,9}$/, `Use a whole number from 0 to ${MAX_WAIT_MS}`)
    .transform(Number).pipe(z.int().min(0).max(MAX_WAIT_MS)).optional()
    .describe("Maximum time to wait; after it, the function is returned as it is"),
}).refine(({ until, since }) => (until === "changed") === (since !== undefined), {
  error: '"until=changed" and "since" need each other',
});

const rollbackQuery = z.strictObject({
  to: z.string().regex(/^[0-9a-f]{4,64}$/, "Use 4 to 64 hexadecimal digits").optional()
    .describe(
      "First digits of a revision; by default the one that served before the folder's own",
    ),
});

const scanQuery = z.strictObject({
  take: z.string().min(1).max(255).optional()
    .describe("A function whose new code is loaded even without a watch"),
});

/** All routes of the control API. The server and the OpenAPI description are made from them. */
export const ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: "",
    operation: "getSupervisor",
    summary: "Get the running supervisor",
    responseBody: "SupervisorReport",
    handle: (_call, { report }) => ok(report),
  }),
  route({
    method: "GET",
    path: "/functions",
    operation: "listFunctions",
    summary: "List the directories of the functions directory, sorted by name",
    responseBody: "FunctionReport[]",
    needsScan: true,
    handle: async (_call, { supervisor, report }) => ok(await reportFunctions(supervisor, report)),
  }),
  route({
    method: "GET",
    path: "/functions/{name}",
    operation: "getFunction",
    summary: "Get a function, now or when it has reached a state",
    query: waitQuery,
    responseBody: "FunctionReport",
    errors: { 404: NO_FUNCTION },
    async handle({ name, query, signal }, { supervisor, report }) {
      const { until, since, timeoutMs = MAX_WAIT_MS } = query;
      if (until !== undefined) {
        await waitForState(supervisor, { name, until, since, timeoutMs, signal });
      }
      const state = supervisor.functions.get(name);
      if (state !== undefined) return ok(await reportFunction(supervisor, state, report));
      const others = await reportFunctions(supervisor, report);
      const ignored = others.find((report) => report.name === name);
      return ignored === undefined ? noFunction(name) : ok(ignored);
    },
  }),
  route({
    method: "POST",
    path: "/functions/{name}/reload",
    operation: "reloadFunction",
    summary: "Start a new instance; the old one serves until the new one is ready",
    errors: { 404: NO_FUNCTION, 409: "The function is stopped by hand" },
    async handle({ name, uid }, { supervisor }) {
      const isStopped = supervisor.functions.get(name)?.stoppedByHand !== undefined;
      if (isStopped) return failure(409, `"${name}" is stopped. To start it: ddsrv start ${name}`);
      const origin = { by: "reload", user: await findChangeUser(uid) } as const;
      return supervisor.reload(name, origin) ? { status: 204 } : noFunction(name);
    },
  }),
  ...STOP_ROUTES,
  ...EXPIRY_ROUTES,
  ...HISTORY_ROUTES,
  route({
    method: "POST",
    path: "/functions/{name}/rollback",
    operation: "rollBackFunction",
    summary: "Restore the function's folder from a snapshot",
    query: rollbackQuery,
    responseBody: "RollbackReport",
    errors: { 404: NO_FUNCTION, 409: "There is no such snapshot, or it can't be restored" },
    async handle({ name, query, uid }, { supervisor, report }) {
      if (supervisor.functions.get(name)?.isWanted !== true) return noFunction(name);
      if (report.source) {
        return failure(
          409,
          `The functions come from ${report.source.reference}, which would bring the new code ` +
            "back. Roll back there",
        );
      }
      const changes = (await supervisor.changesOf(name)).map(({ change }) => change);
      try {
        const revision = await supervisor.rollBack(name, query.to, await findChangeUser(uid));
        const served = reportServed(servedPeriod(changes, revision));
        return ok({ revision, served } satisfies RollbackReport);
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
    summary:
      "Remove the data, variables, history, snapshots, stop and expiry of a function whose folder is gone",
    errors: { 404: "The name is not valid for a function" },
    async handle({ name }, { context }) {
      if (judgeName(name).type !== "function") return noFunction(name);
      await context.purge(name);
      return { status: 204 };
    },
  }),
  ...VARIABLE_ROUTES,
  ...SETTING_ROUTES,
  ...SCHEDULE_ROUTES,
  RESTART_ROUTE,
  route({
    method: "GET",
    path: "/traffic",
    operation: "listTraffic",
    summary: "List the traffic between clients and each function",
    responseBody: "TrafficReport[]",
    handle: (_call, { supervisor }) => ok(reportTraffic(supervisor)),
  }),
  route({
    method: "POST",
    path: "/scan",
    operation: "scan",
    summary: "Scan the functions directory now; responds when the scan has ended",
    query: scanQuery,
    async handle({ query }, { supervisor }) {
      await supervisor.scan(query.take);
      return { status: 204 };
    },
  }),
  route({
    method: "POST",
    path: "/login",
    operation: "logIn",
    summary: "Make a link that logs in to the page on the admin port once",
    responseBody: "LoginReport",
    errors: { 409: "There is no admin port" },
    handle(_call, { loginLink }) {
      const url = loginLink?.();
      return url === undefined
        ? failure(
          409,
          "The supervisor has no admin port. Start it with --admin-port, or use: ddsrv ui",
        )
        : ok({ url } satisfies LoginReport);
    },
  }),
  route<z.ZodObject, CheckRequest>({
    method: "POST",
    path: "/check",
    operation: "check",
    summary: "Check a directory without running its code",
    requestBody: "CheckRequest",
    maxBodyBytes: MAX_VARIABLES_BODY_BYTES,
    responseBody: "CheckReport",
    async handle({ body, signal }, { context }) {
      const { name, as: cacheName, variables } = body;
      const problem = await checkSource(context, { name, cacheName, variables, signal });
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
