import { join } from "node:path";
import { type Modules, takeOwnRevision } from "../function/revision.ts";
import type { Workplace } from "./workplace.ts";

/** What is to be known of a function whose folder is kept. */
export interface KeepOptions {
  readonly workplace: Workplace;
  readonly modulesOf: (name: string) => Modules;
  /** Whether a revision still serves. */
  readonly isServed: (name: string, revision: string) => boolean;
  readonly onWarning: (message: string) => void;
}

/** Keeps the folders of revisions that have come to serve, one at a time. */
export function createKeeper(
  { workplace, modulesOf, isServed, onWarning }: KeepOptions,
): (name: string, revision: string) => Promise<void> {
  const { functionsDirectory } = workplace.settings;
  let keeping = Promise.resolve();

  async function keep(name: string, revision: string): Promise<void> {
    if (!isServed(name, revision)) return;
    const takeOwn = (): Promise<string> =>
      takeOwnRevision(functionsDirectory, name, modulesOf(name));
    const directory = join(functionsDirectory, name);
    await workplace.snapshots.take(name, { directory, revision, own: await takeOwn(), takeOwn });
  }

  return (name, revision) =>
    keeping = keeping.then(() => keep(name, revision)).catch((error) =>
      onWarning(`${name}: its revision can't be kept for a rollback: ${error.message}`)
    );
}
