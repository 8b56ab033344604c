/** Runs tasks with the same key one after another, and others at the same time. */
export interface Turns {
  readonly run: <Result>(key: string, task: () => Promise<Result>) => Promise<Result>;
}

/** Creates turns. A task that fails does not keep the next one from running. */
export function createTurns(): Turns {
  const turns = new Map<string, Promise<unknown>>();
  return {
    async run(key, task) {
      const before = turns.get(key) ?? Promise.resolve();
      const running = before.then(task);
      const ended = running.catch(() => {});
      turns.set(key, ended);
      try {
        return await running;
      } finally {
        if (turns.get(key) === ended) turns.delete(key);
      }
    },
  };
}
