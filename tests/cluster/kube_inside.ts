// Renders deploy/kubernetes and runs its Deployment with `podman kube play`. Runs in network, mount and
// process namespaces of its own.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { NEEDED_CAPABILITIES } from "../../lib/isolation/capabilities.ts";
import { parseYaml } from "../deploy/files.ts";
import type { Manifest } from "../deploy/published_types.ts";
import { eventually } from "../patience.ts";
import { command } from "./network.ts";
import { answersOk } from "./supervisor_program.ts";

const MANIFESTS = fileURLToPath(new URL("../../deploy/kubernetes", import.meta.url));

const IMAGE = "dynamic-deno-server";
const CONTAINER = "ddsrv-pod-0-ddsrv";

/** Kinds that `podman kube play` 4.3 knows. */
const KNOWN = ["Deployment", "PersistentVolumeClaim"];

/** Podman refuses a longer path than 50 characters; this one is in memory. */
const RUN = "/run/podman";

/** Fields that podman 4.3 reads and ignores, or changes. */
const NOT_TRIED = [
  "startupProbe, readinessProbe and preStop: the test asks /livez and /readyz itself",
  "livenessProbe: a health check, which needs systemd, and takes no port by name",
  "emptyDir in memory: an ordinary volume",
  "seccompProfile and appArmorProfile: podman's own filter, which allows pivot_root with SYS_ADMIN",
];

type Podman = (...args: readonly string[]) => Promise<string>;

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Returns a podman with storage, configuration and state in a directory. */
async function openPodman(directory: string): Promise<Podman> {
  const at = (name: string): string => join(directory, name);
  await Deno.writeTextFile(at("containers.conf"), `[network]\nnetwork_backend = "netavark"\n`);
  await Deno.writeTextFile(
    at("storage.conf"),
    `[storage]\ndriver = "overlay"\ngraphroot = "${at("root")}"\nrunroot = "${RUN}"\n`,
  );
  // podman reads it too, and fails without a file there.
  Deno.env.delete("DOCKER_CONFIG");
  Deno.env.set("CONTAINERS_CONF", at("containers.conf"));
  Deno.env.set("CONTAINERS_STORAGE_CONF", at("storage.conf"));
  return (...args) =>
    command(
      ...["podman", "--root", at("root"), "--runroot", RUN, "--tmpdir", at("tmp")],
      ...["--cgroup-manager", "cgroupfs", "--events-backend", "file", "--runtime", "runc"],
      ...["--network-config-dir", at("networks"), ...args],
    );
}

/** Renders the manifests, and returns the path of those that podman knows. */
async function render(directory: string): Promise<string> {
  const manifests = parseYaml(await command("kubectl", "kustomize", MANIFESTS)) as Manifest[];
  const left = manifests.filter(({ kind }) => !KNOWN.includes(kind)).map(({ kind }) => kind);
  say(`left out, which podman does not know: ${left.join(", ")}`);
  const path = join(directory, "kube.yaml");
  const known = manifests.filter(({ kind }) => KNOWN.includes(kind));
  await Deno.writeTextFile(path, known.map((one) => stringify(one)).join("---\n"));
  return path;
}

async function answers(url: string, expected: string): Promise<number> {
  const began = performance.now();
  let last = "";
  await eventually(`"${expected}" of ${url}`, async () => {
    last = await fetch(url).then((response) => response.text(), (error) => error.message);
    return last === expected;
  }, { now: () => last });
  return Math.round(performance.now() - began);
}

/** Checks the privileges of the container that runs. */
async function checkPrivileges(podman: Podman): Promise<void> {
  const inspect = (template: string): Promise<string> =>
    podman("inspect", "--format", template, CONTAINER).then((text) => text.trim());
  const capabilities = (await inspect('{{join .EffectiveCaps " "}}')).split(" ");
  assert.deepEqual(
    capabilities.sort(),
    NEEDED_CAPABILITIES.map(([, name]) => `CAP_${name}`).sort(),
  );
  assert.equal(await inspect("{{.HostConfig.Privileged}}"), "false");
  const refused = podman("exec", CONTAINER, "touch", "/opt/ddsrv/file");
  await assert.rejects(refused, /Read-only file system/);
  const functions = podman("exec", CONTAINER, "touch", "/opt/functions/file");
  await assert.rejects(functions, /Read-only file system/);
  say(`capabilities: exactly the ${capabilities.length} listed; root and functions are read-only`);
}

async function test(podman: Podman): Promise<void> {
  const address =
    (await podman("pod", "inspect", "ddsrv-pod-0", "--format", "{{.InfraContainerID}}"))
      .trim();
  const ip = (await podman(
    ...["inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", address],
  )).trim();
  await answersOk(`http://${ip}:9998/livez`);
  await answersOk(`http://${ip}:9998/readyz`);
  await checkPrivileges(podman);
  const volume = (await podman("volume", "inspect", "functions", "--format", "{{.Mountpoint}}"))
    .trim();
  const folder = join(volume, "hello");
  const write = (text: string): Promise<void> =>
    Deno.writeTextFile(
      join(folder, "index.ts"),
      `Deno.serve(() => new Response(${JSON.stringify(text)}));\n`,
    );
  const url = `http://${ip}:9999/hello`;
  await Deno.mkdir(folder);
  await write("first");
  say(`added: answers after ${await answers(url, "first")} ms`);
  await write("second");
  say(`changed: answers after ${await answers(url, "second")} ms`);
  await Deno.remove(folder, { recursive: true });
  say(`removed: gone after ${await answers(url, "Function not found")} ms`);
}

async function main(archive: string): Promise<void> {
  const directory = Deno.env.get("DDSRV_DIRECTORY")!;
  await command("mount", "-t", "tmpfs", "tmpfs", "/run");
  await command("ip", "link", "set", "lo", "up");
  const podman = await openPodman(directory);
  const file = await render(directory);
  for (const line of NOT_TRIED) say(`not tried: ${line}`);
  const [, tag = ""] = new RegExp(`image: ${IMAGE}:(\\S+)`).exec(await Deno.readTextFile(file))!;
  await podman("load", "--quiet", "--input", archive);
  await podman("tag", `localhost/${IMAGE}:latest`, `localhost/${IMAGE}:${tag}`);
  await podman("kube", "play", file);
  try {
    await test(podman);
  } catch (error) {
    say(await podman("logs", "--tail", "20", CONTAINER).catch(String));
    throw error;
  } finally {
    await podman("kube", "down", file);
    assert.equal(await podman("ps", "--all", "--quiet"), "");
    await podman("volume", "rm", "--all", "--force");
  }
  const mounts = await Deno.readTextFile("/proc/self/mountinfo");
  const left = mounts.split("\n").filter((line) => line.includes(`${directory}/root/overlay/`));
  assert.deepEqual(left, []);
}

try {
  await main(Deno.args[0]!);
  say("kube passed");
} catch (error) {
  say(`kube failed: ${(error as Error).message}`);
  Deno.exitCode = 1;
}
