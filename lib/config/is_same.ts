/** Whether two plain values are the same, numbers without an end included, which JSON has not. */
export function isSame(one: unknown, other: unknown): boolean {
  return write(one) === write(other);
}

function write(value: unknown): string | undefined {
  return JSON.stringify(value, (_, part) => part === Infinity ? "Infinity" : part);
}
