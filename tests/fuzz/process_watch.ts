/** Watches the processes of a range of users. Disposing of it ends the watch. */
export interface ProcessWatch extends AsyncDisposable {
  /** Paths of all programs that the watch has seen these users run. */
  readonly programs: ReadonlySet<string>;
}

const PAUSE_MS = 2;

/** Polls all processes and records the programs of `count` users from `firstUid` on. */
export function watchProcesses({ firstUid, count }: {
  readonly firstUid: number;
  readonly count: number;
}): ProcessWatch {
  const programs = new Set<string>();
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      for (const { name } of Deno.readDirSync("/proc")) {
        if (!/^\d+$/.test(name)) continue;
        try {
          const { uid } = Deno.statSync(`/proc/${name}`);
          if (uid === null || uid < firstUid || uid >= firstUid + count) continue;
          programs.add(Deno.readLinkSync(`/proc/${name}/exe`));
        } catch {
          // It has exited in the meantime.
        }
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  return {
    programs,
    async [Symbol.asyncDispose]() {
      isOver = true;
      await watching;
    },
  };
}
