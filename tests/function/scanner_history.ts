import fc from "fast-check";
import { dirname } from "node:path";
import type { TemporaryDirectory } from "../temporary_directory.ts";

/** Functions of the histories. */
export const NAMES = ["a", "b", "c"] as const;

/** Files that count for each of them, if they are there. */
export const COUNTED_FILES = ["index.ts", "ddsrv.json", ".env"] as const;

/** Directories, elsewhere, that a function may be a link to. */
export const TARGETS = ["one", "two"] as const;

const name = fc.constantFrom(...NAMES);
const text = fc.constantFrom("", "1", "2", "33");
const file = fc.constantFrom(...COUNTED_FILES, "index.ts", "lib.ts", "lib.ts", "note.txt");

/** One change of the disk, or of the clock; what can't be done at the time is passed over. */
export type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

const change = fc.oneof(
  often(8, { type: fc.constant("write"), name, file, text }),
  often(2, {
    type: fc.constant("write-common"),
    file: fc.constantFrom("deno.json", "_shared/mod.ts"),
    text,
  }),
  often(2, { type: fc.constant("remove"), name, file }),
  often(2, { type: fc.constant("remove-folder"), name }),
  often(2, { type: fc.constant("rename"), name, to: name }),
  often(3, { type: fc.constant("link"), name, target: fc.constantFrom(...TARGETS, "nowhere") }),
  often(3, {
    type: fc.constant("link-file"),
    name,
    target: fc.constantFrom("lib.ts", "note.txt", "../_shared/mod.ts"),
  }),
  often(6, { type: fc.constant("scan"), passedMs: fc.nat({ max: 300 }) }),
  often(2, { type: fc.constant("rest") }),
);

/** Histories of a functions directory. */
export const history: fc.Arbitrary<Change[]> = fc.array(change, {
  minLength: 5,
  maxLength: 40,
  size: "max",
});

/** Where a history takes place. */
export interface Ground {
  readonly functions: TemporaryDirectory;
  /** Holds what links lead to. */
  readonly elsewhere: TemporaryDirectory;
  /** A time that no other file of the history has, in seconds since 1970. */
  readonly nextTime: () => number;
}

/** Makes a change of the disk. */
export async function make(ground: Ground, change: Change): Promise<void> {
  const { functions } = ground;
  switch (change.type) {
    case "write":
      return await write(ground, `${change.name}/${change.file}`, change.text);
    case "write-common":
      return await write(ground, change.file, change.text);
    case "remove":
      return await attempt(Deno.remove(functions.at(`${change.name}/${change.file}`)));
    case "remove-folder":
      return await attempt(Deno.remove(functions.at(change.name), { recursive: true }));
    case "rename":
      // What is there is not moved over, except that a link may be.
      return await attempt(Deno.rename(functions.at(change.name), functions.at(change.to)));
    case "link":
      // As `ln -sfn` of a release does it: the other way in one step.
      await Deno.symlink(ground.elsewhere.at(change.target), functions.at(".next"));
      await attempt(Deno.rename(functions.at(".next"), functions.at(change.name)));
      return await attempt(Deno.remove(functions.at(".next")));
    case "link-file":
      await attempt(Deno.remove(functions.at(`${change.name}/index.ts`)));
      return await attempt(Deno.symlink(change.target, functions.at(`${change.name}/index.ts`)));
    case "scan":
    case "rest":
      return;
    default:
      change satisfies never;
  }
}

async function write({ functions, nextTime }: Ground, name: string, text: string): Promise<void> {
  const path = functions.at(name);
  // A link that leads nowhere can't be made a directory.
  await attempt(Deno.mkdir(dirname(path), { recursive: true }));
  await attempt(Deno.writeTextFile(path, text));
  // Two writes within one tick of the disk's clock would look the same.
  const seconds = nextTime();
  await attempt(Deno.utime(path, seconds, seconds));
}

async function attempt(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

function often<Fields>(
  weight: number,
  fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> },
): { readonly weight: number; readonly arbitrary: fc.Arbitrary<Fields> } {
  return { weight, arbitrary: fc.record(fields) as fc.Arbitrary<Fields> };
}
