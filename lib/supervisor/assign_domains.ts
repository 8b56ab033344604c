/** Facts that decide which function has a host. Hosts are in lower case. */
export interface DomainRules {
  readonly isFunction: (name: string) => boolean;
  /** Returns true if the present settings let a function have a host. */
  readonly allows: (name: string, host: string) => boolean;
  /** Returns true if the operator has given a host to a function by name. */
  readonly isAssigned: (name: string, host: string) => boolean;
  /** Domains whose subdomains name functions. */
  readonly domains: readonly string[];
  readonly root: string | undefined;
}

/** A host and the functions that want it. */
export interface HostClaim {
  readonly host: string;
  /** Functions that ask for it, sorted by name. */
  readonly askers: readonly string[];
  /** The function that has it so far. */
  readonly holder: string | undefined;
  /** The manifest of the holder has not been read yet, so nobody knows if it still asks for it. */
  readonly isHolderUnread: boolean;
}

/** Result of {@linkcode assignHost}. */
export interface AssignedHost {
  readonly owner: string | undefined;
  /** A sentence for each function that wants the host and does not have it, by name. */
  readonly problems: ReadonlyMap<string, string>;
}

/**
 * Decides which function has a host: the one that the operator gave it to, else the one that has it
 * already, else the first by name. No function can take `NAME.DOMAIN` from the function NAME, or a
 * domain itself from the root function.
 */
export function assignHost(
  { host, askers, holder, isHolderUnread }: HostClaim,
  rules: DomainRules,
): AssignedHost {
  const names = holder !== undefined && isHolderUnread ? [...askers, holder] : askers;
  const problems = new Map<string, string>();
  const entitled = names.filter((name) => {
    const problem = problemWith(rules, { name, host });
    if (problem !== undefined) problems.set(name, problem);
    return problem === undefined;
  });
  const assigned = entitled.filter((name) => rules.isAssigned(name, host));
  const first = assigned.length > 0 ? assigned : entitled;
  const owner = first.find((name) => name === holder) ?? first[0];
  if (owner === undefined) return { owner, problems };
  for (const name of entitled) if (name !== owner) problems.set(name, taken(host, owner));
  return { owner, problems };
}

function problemWith(
  { domains, root, allows, isFunction }: DomainRules,
  { name, host }: { readonly name: string; readonly host: string },
): string | undefined {
  if (!allows(name, host)) {
    return `It does not serve ${host}: the settings do not allow this domain any more`;
  }
  // The longest domain that matches decides, as for requests.
  const [domain] = domains.filter((one) => host.endsWith(`.${one}`))
    .sort((a, b) => b.length - a.length);
  const named = domain === undefined ? undefined : host.slice(0, -domain.length - 1);
  if (named !== undefined && named !== name && isFunction(named)) {
    return `It does not serve ${host}, which belongs to the function "${named}" by --domain`;
  }
  if (root !== undefined && root !== name && domains.includes(host)) {
    return `It does not serve ${host}, which belongs to the function "${root}" by --root`;
  }
  return undefined;
}

function taken(host: string, owner: string): string {
  return `It does not serve ${host}, which is a domain of the function "${owner}". Remove it from ` +
    "one of the two";
}
