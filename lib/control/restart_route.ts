import { z } from "zod";
import { failure, RestartError, type Route, route } from "./route.ts";

/** Default and maximum time until the new supervisor is ready. */
export const RESTART_TIMEOUT_MS = 300_000;
const MAX_RESTART_MS = 3_600_000;

const query = z.strictObject({
  timeoutMs: z.string().regex(/^\d{1,9}$/, `Use a whole number from 1 to ${MAX_RESTART_MS}`)
    .transform(Number).pipe(z.int().min(1).max(MAX_RESTART_MS)).optional()
    .describe("Maximum time until the new supervisor is ready; 5 minutes by default"),
});

/** The route that replaces the supervisor. */
export const RESTART_ROUTE: Route = route({
  method: "POST",
  path: "/restart",
  operation: "restart",
  summary: "Replace the supervisor by a new one, which takes over when it serves; responds then",
  query,
  responseBody: "RestartReport",
  errors: {
    409: "The new supervisor has not taken over; the present one serves on",
    503: "A restart is going on",
  },
  async handle({ query: { timeoutMs = RESTART_TIMEOUT_MS } }, { restarts }) {
    try {
      if (restarts === undefined) throw new RestartError("Use the control socket to restart ddsrv");
      const { pid, version } = await restarts.restart(timeoutMs);
      return { status: 200, body: { pid, version } };
    } catch (error) {
      if (error instanceof RestartError) return failure(409, error.message);
      throw error;
    }
  },
});
