import type { TemporaryDirectory } from "../temporary_directory.ts";

/** Result of one operation of root: on the intended file, on a file outside, or refused. */
export type Outcome = "own" | "astray" | "refused";

/** A directory to which another user may write, and the operation of root in it. */
export interface RacePlace {
  readonly name: string;
  readonly prepare: (ground: TemporaryDirectory) => Promise<Race>;
}

/** A prepared race. */
export interface Race {
  /** The two paths that the flipper exchanges. */
  readonly exchanged: readonly [string, string];
  readonly act: () => Promise<Outcome>;
  /**
   * The same operation by name. It must reach the wrong file at least once, or the race proves
   * nothing.
   */
  readonly byName: () => Promise<Outcome>;
}

/** User id of a local user who is not root. */
export const USER = 54_321;

/** Changes the owner of a tree, without following links. */
export async function own(uid: number, path: string): Promise<void> {
  const args = ["--recursive", "--no-dereference", `${uid}:${uid}`, path];
  const { success } = await new Deno.Command("chown", { args }).output();
  if (!success) throw new Error(`Cannot chown "${path}"`);
}

/** Returns the outcome for a text that was read: the user's own text, or root's secret. */
export function outcomeOf(text: string | undefined): Outcome {
  return text === "own" ? "own" : text === "secret" ? "astray" : "refused";
}
