/** Says why an environment variable could not be set, or gives `undefined`: see setenv(3). */
export function variableProblem(name: string, value: string): string | undefined {
  if (name === "" || /[=\0]/.test(name)) return `"${name}" can't be the name of a variable`;
  return value.includes("\0") ? `the value of "${name}" holds a NUL` : undefined;
}
