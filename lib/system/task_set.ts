/** Tasks that nobody awaits one by one. */
export interface TaskSet {
  /** Takes charge of a task; that it rejects is told. */
  readonly track: (task: Promise<void>) => void;
  /** Resolves when there is none left, those included that come meanwhile. */
  readonly ended: () => Promise<void>;
}

/** A set of tasks; `onFault` hears of those that reject. */
export function createTaskSet(onFault: (error: unknown) => void): TaskSet {
  const tasks = new Set<Promise<void>>();
  return {
    track(task) {
      const own = task.catch(onFault).finally(() => tasks.delete(own));
      tasks.add(own);
    },
    async ended() {
      while (tasks.size > 0) await Promise.all(tasks);
    },
  };
}
