import type { Manual } from "../generate/command_model.ts";

const known = new WeakMap<object, Manual>();

/** Adds sections to a command's man page that are too long for its help; returns the command. */
export function withManual<Kind extends object>(command: Kind, manual: Manual): Kind {
  known.set(command, manual);
  return command;
}

/** Returns the sections added by {@linkcode withManual}; empty if there are none. */
export function manualOf(command: object): Manual {
  return known.get(command) ?? {};
}
