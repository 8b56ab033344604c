import type { z } from "zod";
import { judgeName } from "../config/function_name.ts";
import type { ExpiryReport, ExpiryRequest } from "./api.ts";
import { failure, type Route, route } from "./route.ts";

const NO_NAME = "The name is not valid for a function";

/** Route that sets when a function expires. */
export const EXPIRY_ROUTES: readonly Route[] = [
  route<z.ZodObject, ExpiryRequest>({
    method: "POST",
    path: "/functions/{name}/expiry",
    operation: "setExpiry",
    summary: "Set when ddsrv removes a function with its data, also before the function exists",
    requestBody: "ExpiryRequest",
    responseBody: "ExpiryReport",
    errors: { 404: NO_NAME },
    async handle({ name, body }, { context }) {
      if (judgeName(name).type !== "function") return failure(404, NO_NAME);
      const atMs = body.expiresAt === null ? undefined : Date.parse(body.expiresAt);
      const beforeMs = await context.expiries.set(name, atMs);
      const before = beforeMs === undefined ? null : new Date(beforeMs).toISOString();
      return { status: 200, body: { before } satisfies ExpiryReport };
    },
  }),
];
