/** Present problems of one instance, from several sources. */
export interface MergedProblems {
  /** Replaces the problems of one source. */
  readonly set: (source: string, problems: readonly string[]) => void;
}

/** Merges the problems of several sources; `onProblems` receives all of them after each change. */
export function mergeProblems(
  onProblems: (problems: readonly string[]) => void,
): MergedProblems {
  const bySource = new Map<string, readonly string[]>();
  return {
    set(source, problems) {
      bySource.set(source, problems);
      onProblems([...bySource.values()].flat());
    },
  };
}
