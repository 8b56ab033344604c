/** Background tasks. */
export interface TaskSet {
  /** Adds a task. */
  readonly track: (task: Promise<void>) => void;
  /** Resolves when all tasks have ended, including those added meanwhile. */
  readonly ended: () => Promise<void>;
}

/** Creates a set of tasks; `onFault` receives the error of each task that rejects. */
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
