/** Digests of the entries of a functions directory, by name. */
export type EntryDigests = Readonly<Record<string, string>>;

/** Changes from one version in the functions directory to another. */
export interface SwitchPlan {
  /** Entries to replace or add, sorted. */
  readonly changed: readonly string[];
  /** Entries to remove, sorted. */
  readonly removed: readonly string[];
  /** Entries of the new version whose names somebody else's entries have, sorted. */
  readonly taken: readonly string[];
}

/** Input of {@linkcode planSwitch}. */
export interface SwitchInput {
  /** Entries that come from the source so far. */
  readonly before: EntryDigests;
  readonly after: EntryDigests;
  /** Names of everything in the functions directory. */
  readonly present: ReadonlySet<string>;
}

/** Plans a switch: entries with the same content are not touched, so their functions do not reload. */
export function planSwitch({ before, after, present }: SwitchInput): SwitchPlan {
  const names = Object.keys(after).sort();
  const isOwn = (name: string): boolean => Object.hasOwn(before, name);
  return {
    changed: names.filter((name) =>
      !isOwn(name) || before[name] !== after[name] || !present.has(name)
    ),
    removed: Object.keys(before).filter((name) => !Object.hasOwn(after, name)).sort(),
    taken: names.filter((name) => !isOwn(name) && present.has(name)),
  };
}
