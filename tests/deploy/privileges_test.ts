import assert from "node:assert/strict";
import type { Deployment } from "kubernetes-types/apps/v1";
import { readYaml } from "./files.ts";

/**
 * The capabilities that full isolation needs, and no others. Found by experiment: without CHOWN,
 * DAC_OVERRIDE, SETGID or SETUID no function starts; without NET_ADMIN or SYS_ADMIN `serve` does not
 * start; without KILL functions survive a stop; without FOWNER ddsrv can't keep other users' folders
 * for a rollback; without SETPCAP everything seems to work, but functions keep a bounding set.
 */
const CAPABILITIES: readonly string[] = [
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "KILL",
  "NET_ADMIN",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_ADMIN",
];

/** The fields of a compose file that these tests read. */
interface Compose {
  readonly services: {
    readonly ddsrv: { readonly cap_drop: readonly string[]; readonly cap_add: readonly string[] };
  };
}

const { template } = (await readYaml<Deployment>("kubernetes/deployment.yaml")).spec!;

Deno.test("pod has exactly the capabilities that full isolation needs", () => {
  const { capabilities } = template.spec!.containers[0]!.securityContext!;
  assert.deepEqual(capabilities, { drop: ["ALL"], add: CAPABILITIES });
});

Deno.test("pod has no privileges other than its capabilities and no confinement", () => {
  const { capabilities: _, ...security } = template.spec!.containers[0]!.securityContext!;
  assert.deepEqual(security, {
    // The API server rejects `false` together with SYS_ADMIN.
    allowPrivilegeEscalation: true,
    readOnlyRootFilesystem: true,
    seccompProfile: { type: "Unconfined" },
    appArmorProfile: { type: "Unconfined" },
  });
  const { hostNetwork, hostPID, hostIPC, volumes = [] } = template.spec!;
  assert.deepEqual([hostNetwork, hostPID, hostIPC], [undefined, undefined, undefined]);
  assert.ok(volumes.every(({ hostPath }) => hostPath === undefined));
  assert.equal(template.spec!.automountServiceAccountToken, false);
});

for (const path of ["swarm.yaml", "../compose.yaml"]) {
  Deno.test(`${path} adds the same capabilities as the pod`, async () => {
    const { cap_drop: dropped, cap_add: added } = (await readYaml<Compose>(path)).services.ddsrv;
    assert.deepEqual([dropped, [...added].sort()], [["ALL"], CAPABILITIES]);
  });
}
