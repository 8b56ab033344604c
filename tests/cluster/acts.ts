/** One test with several hosts. */
interface ActDescription {
  readonly summary: string;
  /** Path of the program, relative to the root of the checkout. */
  readonly program: string;
  /** Programs beside those of ddsrv, and the packages of Debian that have them. */
  readonly needs: Readonly<Record<string, string>>;
}

/** All acts, in their order. */
export const ACTS = {
  front: {
    summary: "three hosts behind Caddy: a rolling upgrade, a host that dies",
    program: "tests/cluster/front.ts",
    needs: { "/usr/bin/caddy": "caddy", "/usr/bin/curl": "curl" },
  },
} satisfies Record<string, ActDescription>;

/** Name of an act. */
export type Act = keyof typeof ACTS;

/** Returns true for the name of an act. */
export function isAct(name: string): name is Act {
  return Object.hasOwn(ACTS, name);
}
