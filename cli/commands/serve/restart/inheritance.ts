import { z } from "zod";

/** Facts that a supervisor passes in a variable, besides open files, to the one that replaces it. */
const INHERITANCE = z.strictObject({
  /** Path of the socket of the channel. */
  channel: z.string(),
  /** Shows that the process at the other end is the one that was started. */
  token: z.string(),
  /** Tag of the predecessor's objects in the kernel. */
  tag: z.string().regex(/^[0-9a-f]{6}$/),
  /** Control socket of the predecessor. */
  socket: z.string(),
  /** Settings of the inherited listening sockets, by which the same ones are recognized. */
  proxy: z.string(),
  admin: z.string().optional(),
});

/** See {@linkcode INHERITANCE}. */
export type Inheritance = z.infer<typeof INHERITANCE>;

/** Name of the variable. */
export const INHERITANCE_VARIABLE = "DDSRV_INHERITANCE";

/** Names of the files in `LISTEN_FDNAMES`. */
export const FILE_NAMES = { proxy: "proxy", admin: "admin", lock: "lock" } as const;

/**
 * Parses the variable.
 *
 * @throws {TypeError} if it is not what a supervisor of this version writes
 */
export function parseInheritance(text: string): Inheritance {
  try {
    const { data } = INHERITANCE.safeParse(JSON.parse(text));
    if (data !== undefined) return data;
  } catch {
    // The same error as for another shape.
  }
  throw new TypeError(
    `${INHERITANCE_VARIABLE} is for ddsrv restart only, which sets it. Start ddsrv without it`,
  );
}

/** Returns the text of a setting of an address, by which two supervisors compare it. */
export function addressSetting(hostname: string, port: number | undefined): string {
  return `${hostname} ${port ?? "none"}`;
}
