import { assignDomains, type AssignedDomains, type DomainClaims } from "./assign_domains.ts";
import type { HeldDomains } from "./held_domains.ts";

/** Options of {@linkcode createDomainTable}. */
export interface DomainTableOptions extends Pick<DomainClaims, "isFunction"> {
  /** Names of functions by host, from before the start. */
  readonly before: HeldDomains["before"];
  /** Returns the parts of the settings that decide. */
  readonly settings: () => Pick<DomainClaims, "allows" | "isAssigned" | "domains" | "root">;
  /** Returns true for a function that exists, or that may turn up with the next scan. */
  readonly isKnown: (name: string) => boolean;
  /** Called after each change. */
  readonly onChange: (owners: ReadonlyMap<string, string>) => void;
}

/** Domains of the functions of one supervisor. */
export interface DomainTable {
  /** Sets the hosts that a function asks for; `undefined` if that is unknown, or it is gone. */
  readonly ask: (name: string, hosts: readonly string[] | undefined) => void;
  /** Decides again, after a change of settings or functions. */
  readonly update: () => void;
  /** Returns the hosts of a function, sorted. */
  readonly domainsOf: (name: string) => readonly string[];
  /** Returns the reasons why a function does not have hosts that it asks for. */
  readonly problemsOf: (name: string) => readonly string[];
}

/** Creates the table; before a function's manifest is read, it keeps the hosts that it had. */
export function createDomainTable(options: DomainTableOptions): DomainTable {
  const { settings, isKnown, isFunction, onChange } = options;
  const asked = new Map<string, readonly string[]>();
  let assigned: AssignedDomains = { owners: options.before, problems: new Map() };

  function update(): void {
    const before = assigned.owners;
    if (asked.size === 0 && before.size === 0) return;
    assigned = assignDomains({
      ...settings(),
      asked,
      holders: before,
      isUnread: (name) => !asked.has(name) && isKnown(name),
      isFunction,
    });
    if (isSame(before, assigned.owners)) return;
    onChange(assigned.owners);
  }

  return {
    ask(name, hosts) {
      if (String(asked.get(name)) === String(hosts) && asked.has(name) === (hosts !== undefined)) {
        return;
      }
      if (hosts === undefined) asked.delete(name);
      else asked.set(name, hosts);
      update();
    },
    update,
    domainsOf: (name) =>
      [...assigned.owners].filter(([, owner]) => owner === name).map(([host]) => host).sort(),
    problemsOf: (name) => assigned.problems.get(name) ?? [],
  };
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([host, name]) => b.get(host) === name);
}
