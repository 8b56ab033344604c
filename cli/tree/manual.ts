/** A variable of the environment, or several that stand for one another, and what it is for. */
export interface VariableNote {
  readonly names: readonly string[];
  readonly purpose: string;
}

/** A path that a command reads or makes, and what it is. */
export interface FileNote {
  readonly path: string;
  readonly purpose: string;
}

/** What a command's man page says beside its help. */
export interface Manual {
  readonly variables?: readonly VariableNote[];
  readonly files?: readonly FileNote[];
}

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
