/** Watches the processes of some users. Disposing of it ends the watch. */
export interface ProcessWatch extends AsyncDisposable {
  /** Paths of all programs that these users have run, as far as they were seen. */
  readonly programs: ReadonlySet<string>;
}

const PAUSE_MS = 2;

/** Looks at all processes again and again, and notes what those of users from `firstUid` on run. */
export function watchProcesses(firstUid: number): ProcessWatch {
  const programs = new Set<string>();
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      for (const { name } of Deno.readDirSync("/proc")) {
        if (!/^\d+$/.test(name)) continue;
        try {
          const { uid } = Deno.statSync(`/proc/${name}`);
          if (uid !== null && uid >= firstUid) programs.add(Deno.readLinkSync(`/proc/${name}/exe`));
        } catch {
          // It has ended since.
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
