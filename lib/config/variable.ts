/** Returns the reason why an environment variable cannot be set, if any: see setenv(3). */
export function variableProblem(name: string, value: string): string | undefined {
  if (name === "" || /[=\0]/.test(name)) return `"${name}" can't be the name of a variable`;
  return value.includes("\0") ? `the value of "${name}" holds a NUL` : undefined;
}

/** A variable and its value. */
export type Variable = readonly [name: string, value: string];

/**
 * Parses `NAME=VALUE`, or `NAME` alone to take the value from the environment.
 *
 * @throws {RangeError} if the name is not valid, or the environment does not have it
 *
 * @example
 * ```ts
 * import { parseVariable } from "./variable.ts";
 * parseVariable("GREETING=hi", {}); // ["GREETING", "hi"]
 * ```
 */
export function parseVariable(
  text: string,
  environment: Readonly<Record<string, string>>,
): Variable {
  const equals = text.indexOf("=");
  const name = equals === -1 ? text : text.slice(0, equals);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name === "__proto__") {
    throw new RangeError(
      `${JSON.stringify(name)} can't be the name of a variable. Give NAME=VALUE, or NAME to take ` +
        "it from the environment",
    );
  }
  if (equals !== -1) return [name, text.slice(equals + 1)];
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value !== undefined) return [name, value];
  // The remedy is not NAME=VALUE: every user of the host can read a command line.
  throw new RangeError(
    `"${name}" is not in the environment. Run: export ${name}=…; or, to type the value unseen: ` +
      `ddsrv env set FUNCTION ${name}`,
  );
}
