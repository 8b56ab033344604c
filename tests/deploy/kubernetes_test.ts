import assert from "node:assert/strict";
import type { Container, PodSpec } from "kubernetes-types/core/v1";
import { parseEnvironment } from "../../lib/config/environment.ts";
import { DEPLOY, readVersion, readYaml } from "./files.ts";
import type { Kinds } from "./kinds.ts";
import {
  findAllFaults,
  findFaults,
  type KubernetesVersion,
  type Manifest,
  VERSIONS,
} from "./published_types.ts";

/** The fields of a kustomization that these tests read. */
interface Kustomization {
  readonly resources: readonly string[];
  readonly images: readonly { readonly name: string; readonly newTag: string }[];
}

const { resources, images } = await readYaml<Kustomization>("kubernetes/kustomization.yaml");

async function readKind<Kind extends keyof Kinds>(path: string, kind: Kind): Promise<Kinds[Kind]> {
  const manifest = await readYaml<Manifest>(`kubernetes/${path}`);
  assert.equal(`${manifest.apiVersion} ${manifest.kind}`, kind);
  return manifest as Kinds[Kind];
}

const deployment = await readKind("deployment.yaml", "apps/v1 Deployment");
const { metadata, spec: pod } = deployment.spec!.template as {
  readonly metadata: { readonly labels: object; readonly annotations: Record<string, string> };
  readonly spec: PodSpec;
};
const container = pod.containers[0] as Required<Container>;

/** The pod of the Deployment with a field of Kubernetes 1.36. */
const newerPod = { ...pod, schedulingGroup: { podGroupName: "group" } };

function portOf(name: unknown): number | undefined {
  return container.ports.find((port) => port.name === name)?.containerPort;
}

Deno.test("Kubernetes manifests match the published types of their kinds", async () => {
  const manifests = await Promise.all(
    resources.map((path) => readYaml<Manifest>(`kubernetes/${path}`)),
  );
  assert.equal(await findAllFaults(manifests), "");
});

/** Manifests with a fault, and the message of each version. */
const BROKEN: readonly (readonly [string, (spec: object) => object, RegExp])[] = [
  ["an unknown field", (spec) => ({ ...spec, replica: 3 }), /"replica"' does not exist in type/],
  ["a wrong type", (spec) => ({ ...spec, replicas: "3" }), /'string' is not assignable/],
  [
    "a missing field",
    ({ ...spec }) => ({ ...spec, selector: undefined }),
    /"?selector"?' is missing/,
  ],
];

for (const version of Object.keys(VERSIONS) as KubernetesVersion[]) {
  for (const [what, spoil, expected] of BROKEN) {
    Deno.test(`Kubernetes ${version} refuses a Deployment with ${what}`, async () => {
      const broken = { ...deployment, spec: spoil(deployment.spec!) };
      assert.match(await findFaults([broken as unknown as Manifest], version), expected);
    });
  }
}

Deno.test("only the newer Kubernetes knows a newer field, and refuses a wrong format", async () => {
  const withField = (spec: object): Manifest =>
    ({ ...deployment, spec: { ...deployment.spec, ...spec } }) as unknown as Manifest;
  const newer = withField({ template: { ...deployment.spec!.template, spec: newerPod } });
  assert.equal(await findFaults([newer], "1.36"), "");
  assert.match(await findFaults([newer], "1.30"), /"schedulingGroup"' does not exist in type/);
  assert.match(
    await findFaults([withField({ replicas: 1.5 })], "1.36"),
    /replicas must be integer/,
  );
});

Deno.test("kustomization lists exactly the files of its directory", async () => {
  const entries = await Array.fromAsync(Deno.readDir(`${DEPLOY}kubernetes`));
  const files = entries.filter(({ isFile }) => isFile).map(({ name }) => name);
  assert.deepEqual(files.sort(), [...resources, "kustomization.yaml"].sort());
});

Deno.test("Kubernetes selectors match the labels of the pod", async () => {
  const { labels } = metadata;
  const service = await readKind("service.yaml", "v1 Service");
  const disruption = await readKind("disruption.yaml", "policy/v1 PodDisruptionBudget");
  const { matchLabels } = deployment.spec!.selector;
  assert.deepEqual(matchLabels, labels);
  assert.deepEqual(service.spec?.selector, labels);
  assert.deepEqual(disruption.spec?.selector?.matchLabels, labels);
  assert.deepEqual(pod.topologySpreadConstraints?.[0]?.labelSelector?.matchLabels, labels);
});

Deno.test("autoscaler alone sets the number of replicas, from the requested CPU", async () => {
  const scaler = await readKind("autoscaler.yaml", "autoscaling/v2 HorizontalPodAutoscaler");
  const { apiVersion, kind, metadata } = deployment;
  assert.deepEqual(scaler.spec?.scaleTargetRef, { apiVersion, kind, name: metadata?.name });
  assert.equal(deployment.spec?.replicas, undefined);
  assert.ok(container.resources.requests?.["cpu"]);
});

Deno.test("probes, service and annotations use the ports of the container", async () => {
  const service = await readKind("service.yaml", "v1 Service");
  const { settings, warnings } = parseEnvironment(
    Object.fromEntries(container.env.map(({ name, value = "" }) => [name, value])),
  );
  assert.deepEqual(warnings, []);
  const admin = portOf("admin");
  assert.deepEqual([settings.adminPort, settings.adminHostname], [admin, "0.0.0.0"]);
  assert.equal(metadata.annotations["prometheus.io/port"], String(admin));
  const { startupProbe, readinessProbe, livenessProbe } = container;
  for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
    assert.equal(portOf(probe.httpGet?.port), admin);
  }
  assert.deepEqual(service.spec?.ports?.map(({ targetPort }) => portOf(targetPort)), [9999]);
});

Deno.test("pod mounts exactly its volumes", () => {
  const mounts = container.volumeMounts.map(({ name }) => name);
  assert.deepEqual(mounts.sort(), pod.volumes?.map(({ name }) => name).sort());
});

Deno.test("kustomization deploys the image of this version", async () => {
  assert.deepEqual(images.map(({ name, newTag }) => [name, newTag]), [
    [container.image, await readVersion()],
  ]);
});
