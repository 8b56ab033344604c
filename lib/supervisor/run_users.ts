import type { ChangeUser } from "../history/origin.ts";

/** A schedule of a function. */
export interface NamedSchedule {
  readonly name: string;
  readonly schedule: string;
}

/** Users who have asked for the present runs of schedules by hand. */
export interface RunUsers {
  /** Remembers the user until `run` ends; one who asks for a schedule that runs changes nothing. */
  readonly during: <Result>(
    one: NamedSchedule & { readonly user: ChangeUser | undefined },
    run: () => Promise<Result>,
  ) => Promise<Result>;
  readonly of: (one: NamedSchedule) => ChangeUser | undefined;
}

/** Creates an empty table of users. */
export function createRunUsers(): RunUsers {
  const users = new Map<string, ChangeUser | undefined>();
  const keyOf = ({ name, schedule }: NamedSchedule): string => `${name}/${schedule}`;
  return {
    async during(one, run) {
      const key = keyOf(one);
      if (users.has(key)) return await run();
      users.set(key, one.user);
      try {
        return await run();
      } finally {
        users.delete(key);
      }
    },
    of: (one) => users.get(keyOf(one)),
  };
}
