import type { z } from "zod";
import { judgeName } from "../config/function_name.ts";
import type { ChangeUser } from "../history/origin.ts";
import { findUserName } from "../system/user_name.ts";
import type { AnnounceRequest } from "./api.ts";
import { failure, type Route, route } from "./route.ts";

const NO_NAME = "The name is not valid for a function";

/** Routes for the changes of functions. */
export const HISTORY_ROUTES: readonly Route[] = [
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

/** Returns the user of a request; `undefined` if the kernel did not tell. */
export async function findChangeUser(uid: number | undefined): Promise<ChangeUser | undefined> {
  return uid === undefined ? undefined : { uid, name: await findUserName(uid) ?? null };
}
