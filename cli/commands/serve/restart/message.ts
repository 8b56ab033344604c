import { z } from "zod";

/** Messages between a supervisor and the one that replaces it, in the order of a restart. */
const MESSAGE = z.discriminatedUnion("type", [
  /** New: it has started. */
  z.object({ type: z.literal("hello"), token: z.string(), version: z.string() }),
  /** Old: these functions serve. */
  z.object({ type: z.literal("facts"), serving: z.array(z.string()) }),
  /** New: they are ready. */
  z.object({ type: z.literal("ready") }),
  /** New: it can't take over. */
  z.object({ type: z.literal("failed"), reason: z.string() }),
  /** Old: accept connections. */
  z.object({ type: z.literal("serve") }),
  /** New: it accepts connections. From here on, the old one is replaced. */
  z.object({ type: z.literal("serving") }),
  /** Old: the tasks of `Deno.cron` are yours from this minute on. */
  z.object({ type: z.literal("left"), atMs: z.number() }),
  /** Old: no run of a schedule goes on. */
  z.object({ type: z.literal("runs-ended") }),
  /** Old: stop. */
  z.object({ type: z.literal("abort") }),
]);

/** A message of a restart. */
export type Message = z.infer<typeof MESSAGE>;

/** The text of a line is no message. Another version of ddsrv may send others. */
export const UNKNOWN = { type: "unknown" } as const;

/** Parses one line. */
export function parseMessage(line: string): Message | typeof UNKNOWN {
  try {
    const { data } = MESSAGE.safeParse(JSON.parse(line));
    return data ?? UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}
