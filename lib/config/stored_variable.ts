/** Maximum size of a variable in bytes, as execve(2) passes it: `NAME=VALUE` and a NUL. */
export const MAX_VARIABLE_BYTES = 128 * 1024;

/** Maximum size in bytes of all variables that are set for one function. */
export const MAX_VARIABLES_BYTES = 1024 * 1024;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Names that cannot be set, with the reason: ddsrv overwrites them, or the function would not run. */
const RESERVED: readonly (readonly [name: RegExp, reason: string])[] = [
  [/^(DDSRV_.*|DENO_DIR|DENO_SERVE_ADDRESS)$/, "ddsrv sets it itself"],
  [/^LD_/, "the dynamic linker reads it before a function's variables are set"],
  [/^__proto__$/, "it has a meaning of its own in JavaScript"],
];

/**
 * Returns the reason why a variable cannot be set for a function, if any. The reason has the name,
 * never the value.
 *
 * @example
 * ```ts
 * import { storedVariableProblem } from "./stored_variable.ts";
 * storedVariableProblem("TOKEN", "secret"); // undefined
 * storedVariableProblem("A=B", ""); // '"A=B" can't be the name of a variable: …'
 * ```
 */
export function storedVariableProblem(name: string, value: string): string | undefined {
  const problem = variableNameProblem(name);
  if (problem !== undefined) return problem;
  if (value.includes("\0")) {
    return `The value of "${name}" holds a NUL, which no variable can. Encode it, as in base64`;
  }
  if (!value.isWellFormed()) return `The value of "${name}" is not UTF-8. Encode it, as in base64`;
  const bytes = variableBytes(name, value);
  if (bytes <= MAX_VARIABLE_BYTES) return undefined;
  return `"${name}" has ${bytes} bytes with its name, and a variable at most ` +
    `${MAX_VARIABLE_BYTES}. Put what is longer into a file of the function`;
}

/** Returns the reason why a variable of this name cannot be set for a function, if any. */
export function variableNameProblem(name: string): string | undefined {
  if (!NAME.test(name)) {
    return `${quoted(name)} can't be the name of a variable: use letters, digits and _, and no ` +
      "digit first";
  }
  const [, reason] = RESERVED.find(([pattern]) => pattern.test(name)) ?? [];
  return reason && `"${name}" can't be set: ${reason}. Choose another name`;
}

/** Returns a message if the variables together exceed the maximum size. */
export function totalVariablesProblem(
  variables: Iterable<readonly [name: string, value: string]>,
): string | undefined {
  let bytes = 0;
  for (const [name, value] of variables) bytes += variableBytes(name, value);
  if (bytes <= MAX_VARIABLES_BYTES) return undefined;
  return `All variables together would have ${bytes} bytes, and at most ${MAX_VARIABLES_BYTES} ` +
    "are possible. Unset some, or put what is long into a file of the function";
}

/** Size in bytes, with the equals sign and the NUL. */
function variableBytes(name: string, value: string): number {
  return new TextEncoder().encode(`${name}=${value}`).length + 1;
}

/** Quotes the start of a name only: someone may have typed a value in its place. */
function quoted(name: string): string {
  return JSON.stringify(name.length <= 40 ? name : `${name.slice(0, 40)}…`);
}
