// Tests the output of kubectl and docker for the files. Both work without a cluster or a daemon. If
// a program is missing, its tests are ignored with the reason.
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import type { Deployment } from "kubernetes-types/apps/v1";
import { parseSourceReference } from "../../lib/config/source_reference.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { testWith } from "../test_with.ts";
import { DEPLOY, parseYaml, readVersion, run } from "./files.ts";
import { findAllFaults, type Manifest } from "./published_types.ts";

async function render(directory: string): Promise<readonly Manifest[]> {
  const { success, stdout, text } = await run("kubectl", "kustomize", directory);
  assert.ok(success, text);
  return parseYaml(stdout) as Manifest[];
}

/** Renders the manifests with a component, whose line a user uncomments. */
async function renderWith(component: string): Promise<readonly Manifest[]> {
  await using directory = await temporaryDirectory();
  await cp(`${DEPLOY}kubernetes`, directory.path, { recursive: true });
  const path = directory.at("kustomization.yaml");
  const line = `components: [${component}]`;
  await Deno.writeTextFile(path, (await Deno.readTextFile(path)).replace(`# ${line}`, line));
  return await render(directory.path);
}

function findDeployment(manifests: readonly Manifest[]): Deployment {
  return manifests.find(({ kind }) => kind === "Deployment") as unknown as Deployment;
}

await testWith(
  "kubectl",
  "kustomize renders manifests that match the published schemas",
  async () => {
    const manifests = await render(`${DEPLOY}kubernetes`);
    assert.equal(await findAllFaults(manifests), "");
    const { metadata, spec } = findDeployment(manifests);
    assert.equal(metadata?.namespace, "ddsrv");
    const { image } = spec!.template.spec!.containers[0]!;
    assert.equal(image, `dynamic-deno-server:${await readVersion()}`);
  },
);

await testWith(
  "kubectl",
  "kustomize with git-sync serves functions through the link of git-sync",
  async () => {
    const manifests = await renderWith("git-sync");
    assert.equal(await findAllFaults(manifests), "");
    assert.ok(manifests.every(({ kind }) => kind !== "PersistentVolumeClaim"));
    const { containers, initContainers, volumes } = findDeployment(manifests).spec!.template.spec!;
    const [server, sync] = [containers[0]!, initContainers![0]!];
    const configuration = manifests.find(({ kind }) => kind === "ConfigMap") as Manifest & {
      readonly metadata: { readonly name: string };
      readonly data: Readonly<Record<string, string>>;
    };
    const { GITSYNC_ROOT: root, GITSYNC_LINK: link } = configuration.data;
    assert.equal(sync.envFrom![0]!.configMapRef!.name, configuration.metadata.name);
    assert.equal(configuration.data["GITSYNC_HTTP_BIND"], `:${sync.ports![0]!.containerPort}`);
    const given = server.env!.find(({ name }) => name === "FUNC_DIRECTORY");
    assert.equal(given?.value, `${root}/${link}`);
    const mountOf = (one: typeof server, name: string): unknown =>
      one.volumeMounts!.find((mount) => mount.name === name);
    assert.deepEqual(mountOf(sync, "functions"), { name: "functions", mountPath: root });
    const readOnly = { name: "functions", mountPath: root, readOnly: true };
    assert.deepEqual(mountOf(server, "functions"), readOnly);
    assert.equal(server.volumeMounts!.length, 4);
    assert.deepEqual(volumes!.find(({ name }) => name === "functions")?.emptyDir, {});
  },
);

await testWith(
  "kubectl",
  "kustomize with a source needs no shared volume",
  async () => {
    const manifests = await renderWith("source");
    assert.equal(await findAllFaults(manifests), "");
    assert.ok(manifests.every(({ kind }) => kind !== "PersistentVolumeClaim"));
    const { containers, volumes } = findDeployment(manifests).spec!.template.spec!;
    const { env, volumeMounts } = containers[0]!;
    const { value = "" } = env!.find(({ name }) => name === "DDSRV_SOURCE")!;
    assert.equal(parseSourceReference(value).type, "artifact");
    const mount = volumeMounts!.find(({ name }) => name === "functions")!;
    assert.equal(mount.readOnly, false);
    const given = env!.find(({ name }) => name === "FUNC_DIRECTORY")?.value;
    assert.equal(given?.startsWith(`${mount.mountPath}/`), true);
    assert.deepEqual(volumes!.find(({ name }) => name === "functions")?.emptyDir, {});
  },
);

await testWith("docker", "docker accepts the Swarm stack and ignores no fields", async () => {
  const { success, text } = await run(
    "docker",
    ...["stack", "config", "--compose-file", `${DEPLOY}swarm.yaml`],
  );
  assert.ok(success, text);
  assert.doesNotMatch(text, /ignor|unsupported|deprecated/i);
  assert.match(text, new RegExp(`image: dynamic-deno-server:${await readVersion()}`));
});
