/** Something that is chosen by the names of a certificate. */
export interface Named {
  /** Hosts, in lower case; `*.example.org` stands for each host one label below `example.org`. */
  readonly names: readonly string[];
}

/**
 * Returns what to use for a host, by its name or by the wildcard for it (RFC 6125, section 6.4.3);
 * `undefined` if there is none. If several have the same name, the first one wins.
 *
 * @example
 * ```ts
 * import { indexByName } from "./certificate_index.ts";
 * const one = { names: ["*.example.org"] };
 * indexByName([one])("shop.example.org"); // one
 * ```
 */
export function indexByName<Value extends Named>(
  values: Iterable<Value>,
): (host: string) => Value | undefined {
  const byName = new Map<string, Value>();
  for (const value of values) {
    for (const name of value.names) if (!byName.has(name)) byName.set(name, value);
  }
  return (host) => {
    const plain = host.replace(/\.$/, "");
    const dot = plain.indexOf(".");
    return byName.get(plain) ?? (dot < 1 ? undefined : byName.get(`*${plain.slice(dot)}`));
  };
}
