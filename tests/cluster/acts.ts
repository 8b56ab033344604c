/** One test with several hosts. */
export interface ActDescription {
  readonly summary: string;
  /** Path of the program, relative to the root of the checkout. */
  readonly program: string;
  /** It makes its own namespaces. */
  readonly isBare?: boolean;
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
  source: {
    summary: "three hosts that get 50 functions from one archive",
    program: "tests/cluster/source.ts",
    needs: { "/usr/bin/openssl": "openssl" },
  },
  swarm: {
    summary: "three hosts in a Docker swarm: drained, rolled out, killed",
    program: "tests/cluster/swarm.ts",
    isBare: true,
    needs: {},
  },
  kube: {
    summary: "the Deployment of deploy/kubernetes, run by podman",
    program: "tests/cluster/kube.ts",
    isBare: true,
    needs: {
      "/usr/bin/podman": "podman",
      "/usr/bin/kubectl": "kubernetes-client",
      "/usr/sbin/runc": "runc",
      "/usr/bin/catatonit": "catatonit",
      "/usr/lib/podman/netavark": "netavark",
    },
  },
} satisfies Record<string, ActDescription>;

/** Name of an act. */
export type Act = keyof typeof ACTS;

/** Returns true for the name of an act. */
export function isAct(name: string): name is Act {
  return Object.hasOwn(ACTS, name);
}
