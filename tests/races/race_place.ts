import type { TemporaryDirectory } from "../temporary_directory.ts";

/** What one act of root's came to: as meant, led to what is outside, or given up. */
export type Outcome = "own" | "astray" | "refused";

/** A place below which somebody else may write, and what root does there. */
export interface RacePlace {
  readonly name: string;
  readonly prepare: (ground: TemporaryDirectory) => Promise<Race>;
}

/** A place that is ready. */
export interface Race {
  /** What the flipper exchanges. */
  readonly exchanged: readonly [string, string];
  readonly act: () => Promise<Outcome>;
  /** The same by name: it must be led astray, or the race shows nothing. */
  readonly byName: () => Promise<Outcome>;
}

/** A local user, who is not root. */
export const USER = 54_321;

/** Gives a tree to a user, links as such. */
export async function own(uid: number, path: string): Promise<void> {
  const args = ["--recursive", "--no-dereference", `${uid}:${uid}`, path];
  const { success } = await new Deno.Command("chown", { args }).output();
  if (!success) throw new Error(`Cannot chown "${path}"`);
}

/** By what was read: the user's own text, or root's secret. */
export function outcomeOf(text: string | undefined): Outcome {
  return text === "own" ? "own" : text === "secret" ? "astray" : "refused";
}
