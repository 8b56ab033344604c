import type { Manual } from "../generate/command_model.ts";

const known = new WeakMap<object, Manual>();

/** Keeps for a command's man page what would be too long for its help. */
export function withManual<Kind extends object>(command: Kind, manual: Manual): Kind {
  known.set(command, manual);
  return command;
}

/** What was kept for a command's man page. */
export function manualOf(command: object): Manual {
  return known.get(command) ?? {};
}
