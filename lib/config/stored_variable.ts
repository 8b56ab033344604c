/** A variable as execve(2) passes it on, `NAME=VALUE` and a NUL, has at most so many bytes. */
export const MAX_VARIABLE_BYTES = 128 * 1024;

/** All variables that are set for one function have at most so many bytes, counted likewise. */
export const MAX_VARIABLES_BYTES = 1024 * 1024;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Names whose value would be lost, or would keep the function from being served; with the reason. */
const RESERVED: readonly (readonly [name: RegExp, reason: string])[] = [
  [/^(DDSRV_.*|DENO_DIR|DENO_SERVE_ADDRESS)$/, "ddsrv sets it itself"],
  [/^LD_/, "the dynamic linker reads it before a function's variables are set"],
  [/^__proto__$/, "it has a meaning of its own in JavaScript"],
];

/**
 * Says why a variable can't be set for a function, or gives `undefined`. The answer holds the name,
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

/** Says why a name can't be that of a variable that is set for a function, or gives `undefined`. */
export function variableNameProblem(name: string): string | undefined {
  if (!NAME.test(name)) {
    return `${quoted(name)} can't be the name of a variable: use letters, digits and _, and no ` +
      "digit first";
  }
  const [, reason] = RESERVED.find(([pattern]) => pattern.test(name)) ?? [];
  return reason && `"${name}" can't be set: ${reason}. Choose another name`;
}

/** Says why some variables together are too much, or gives `undefined`. */
export function totalVariablesProblem(
  variables: Iterable<readonly [name: string, value: string]>,
): string | undefined {
  let bytes = 0;
  for (const [name, value] of variables) bytes += variableBytes(name, value);
  if (bytes <= MAX_VARIABLES_BYTES) return undefined;
  return `All variables together would have ${bytes} bytes, and at most ${MAX_VARIABLES_BYTES} ` +
    "are possible. Unset some, or put what is long into a file of the function";
}

/** With the equals sign and the NUL. */
function variableBytes(name: string, value: string): number {
  return new TextEncoder().encode(`${name}=${value}`).length + 1;
}

/** A name may be anything here, a whole value that was given in its place too: its begin will do. */
function quoted(name: string): string {
  return JSON.stringify(name.length <= 40 ? name : `${name.slice(0, 40)}…`);
}
