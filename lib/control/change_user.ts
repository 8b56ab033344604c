import type { ChangeUser } from "../history/origin.ts";
import { findUserName } from "../system/user_name.ts";

/** Returns the user of a request; `undefined` if the kernel did not tell. */
export async function findChangeUser(uid: number | undefined): Promise<ChangeUser | undefined> {
  return uid === undefined ? undefined : { uid, name: await findUserName(uid) ?? null };
}
