import type { z } from "zod";
import { MAX_PAGE_BYTES } from "../supervisor/maintenance_page.ts";
import { findChangeUser } from "./change_user.ts";
import type { StopRequest } from "./api.ts";
import { failure, type Reply, type Route, route } from "./route.ts";

const NO_FUNCTION = "There is no such function";

/** JSON writes a character in at most six bytes. */
const MAX_BODY_BYTES = 6 * MAX_PAGE_BYTES + 1024;

/** Routes that stop and start functions by hand. */
export const STOP_ROUTES: readonly Route[] = [
  route<z.ZodObject, StopRequest>({
    method: "POST",
    path: "/functions/{name}/stop",
    operation: "stopFunction",
    summary: "Stop a function until it is started; requests get 503, and its instance drains",
    requestBody: "StopRequest",
    maxBodyBytes: MAX_BODY_BYTES,
    errors: { 404: NO_FUNCTION },
    handle: async ({ name, body, uid }, { supervisor }) =>
      replyOf(name, await supervisor.stopByHand(name, body.page, await findChangeUser(uid))),
  }),
  route({
    method: "POST",
    path: "/functions/{name}/start",
    operation: "startFunction",
    summary: "Start a function that was stopped by hand",
    errors: { 404: NO_FUNCTION },
    handle: async ({ name, uid }, { supervisor }) =>
      replyOf(name, await supervisor.startByHand(name, await findChangeUser(uid))),
  }),
];

function replyOf(name: string, isKnown: boolean): Reply {
  return isKnown ? { status: 204 } : failure(404, `There is no function "${name}"`);
}
