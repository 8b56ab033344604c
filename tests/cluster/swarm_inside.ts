// Three hosts with a dockerd each, joined to one swarm that runs deploy/swarm.yaml. Runs in network,
// mount and process namespaces of its own.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Daemon, docker, startDaemon } from "../container/daemon.ts";
import { eventually } from "../patience.ts";
import { type LoadFigures, startLoad } from "./load.ts";
import { command, type HostPlace, openNetwork } from "./network.ts";
import { answersOk } from "./supervisor_program.ts";

const DEPLOY = fileURLToPath(new URL("../../deploy/", import.meta.url));

/** Directory of the functions, which the hosts share. */
const FUNCTIONS = "/opt/functions";

const IMAGE = "dynamic-deno-server";
const VERSIONS = ["0.1.0", "0.1.1"] as const;

interface Node extends HostPlace, AsyncDisposable {
  /** Runs a docker command on this host, and returns its output. */
  readonly docker: (...args: readonly string[]) => Promise<string>;
  /** Ends every process of the host at once. */
  readonly die: () => Promise<void>;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** The kernel may lack what the routing mesh of Swarm needs. */
async function hasRoutingMesh(): Promise<boolean> {
  return await Deno.stat("/proc/net/ip_vs").catch(() => undefined) !== undefined;
}

async function startNode(place: HostPlace, directory: string, archive: string): Promise<Node> {
  const { name, address } = place;
  const own = join(directory, name);
  await Deno.mkdir(own);
  const seccomp = join(own, "seccomp.json");
  await Deno.copyFile(join(DEPLOY, "swarm/seccomp.json"), seccomp);
  const env = {
    ...Deno.env.toObject(),
    DOCKER_HOST: `unix://${join(own, "docker.sock")}`,
    DOCKER_CONFIG: join(own, "config"),
  };
  const daemon: Daemon = await startDaemon(
    {
      directory: own,
      cgroup: `${Deno.env.get("DDSRV_CGROUP")}/${name}`,
      env,
      enter: [
        ...["nsenter", `--net=/run/netns/${name}`, "unshare", "--mount", "--pid", "--fork"],
        ...["--kill-child=SIGKILL", "--mount-proc", "--uts", "--propagation", "private"],
        ...["sh", "-c", `hostname ${name}; exec "$@"`, "sh"],
      ],
    },
    "--seccomp-profile",
    seccomp,
  );
  const run = async (...args: readonly string[]): Promise<string> => {
    const { success, text } = await docker(args, { env });
    if (success) return text.trim();
    throw new Error(`"docker ${args.join(" ")}" failed on ${name}: ${text}`);
  };
  await run("load", "--input", archive);
  for (const version of VERSIONS) await run("tag", IMAGE, `${IMAGE}:${version}`);
  let isDead = false;
  return {
    name,
    address,
    docker: run,
    async die() {
      isDead = true;
      // unshare(1) ends its process namespace with itself.
      Deno.kill(daemon.pid, "SIGKILL");
      await daemon[Symbol.asyncDispose]();
    },
    async [Symbol.asyncDispose]() {
      if (isDead) return;
      Deno.kill(daemon.pid, "SIGKILL");
      await daemon[Symbol.asyncDispose]();
    },
  };
}

/** Joins the nodes to a swarm, whose manager is the first one, and labels them for ddsrv. */
async function joinSwarm(nodes: readonly Node[]): Promise<void> {
  const [manager, ...workers] = nodes;
  const flagsOf = ({ address }: Node): string[] => [
    ...["--advertise-addr", address, "--listen-addr", `${address}:2377`],
  ];
  await manager!.docker("swarm", "init", ...flagsOf(manager!));
  const token = await manager!.docker("swarm", "join-token", "--quiet", "worker");
  for (const worker of workers) {
    const joined = ["--token", token, ...flagsOf(worker), `${manager!.address}:2377`];
    await worker.docker("swarm", "join", ...joined);
  }
  for (const { name } of nodes) {
    await manager!.docker("node", "update", "--label-add", "ddsrv=true", name);
  }
}

/** Deploys deploy/swarm.yaml; where the kernel has no routing mesh, each node publishes the port. */
async function deploy(manager: Node, directory: string): Promise<void> {
  const text = await Deno.readTextFile(join(DEPLOY, "swarm.yaml"));
  const hasMesh = await hasRoutingMesh();
  if (!hasMesh) {
    say("routing mesh: the kernel has no IPVS (CONFIG_IP_VS), so each node publishes its own port");
  }
  const file = join(directory, "swarm.yaml");
  await Deno.writeTextFile(file, hasMesh ? text : text.replace("mode: ingress", "mode: host"));
  await manager.docker("stack", "deploy", "--compose-file", file, "--resolve-image=never", "ddsrv");
}

async function writeFunction(name: string, answer: string): Promise<void> {
  const folder = join(FUNCTIONS, name);
  await Deno.mkdir(folder, { recursive: true });
  const code = `Deno.serve(async (request) => {
  await request.text();
  return new Response(${JSON.stringify(answer)});
});\n`;
  const draft = join(FUNCTIONS, `.${name}-draft`);
  await Deno.writeTextFile(draft, code);
  await Deno.rename(draft, join(folder, "index.ts"));
}

/** Waits until a function has this answer on all nodes; returns how long it took, in ms. */
async function answersOn(nodes: readonly Node[], name: string, answer: string): Promise<number> {
  const began = performance.now();
  await Promise.all(nodes.map(async ({ address }) => {
    const url = `http://${address}:9999/${name}`;
    let last = "";
    await eventually(`"${answer}" of ${url}`, async () => {
      last = await fetch(url).then((response) => response.text(), (error) => error.message);
      return last === answer;
    }, { now: () => last });
  }));
  return Math.round(performance.now() - began);
}

function describe(act: string, { answers, failures, retried, longestMs }: LoadFigures): void {
  say(
    `${act}: ${answers} answers, ${retried} sent once more, ${failures.length} lost, the ` +
      `longest took ${longestMs} ms`,
  );
  assert.deepEqual(failures, []);
}

async function tasksOn(manager: Node, name: string): Promise<string> {
  return await manager.docker(
    ...["node", "ps", name, "--filter", "desired-state=running", "--format", "{{.Image}}"],
  );
}

/** Waits until the health check of a node's container calls it healthy. */
async function healthy(node: Node): Promise<void> {
  const list = ["ps", "--quiet", "--filter", "health=healthy"];
  await eventually(
    `a healthy container on ${node.name}`,
    async () => await node.docker(...list) !== "",
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function test(nodes: readonly Node[], directory: string): Promise<void> {
  const [manager, second, third] = nodes as [Node, Node, Node];
  await deploy(manager, directory);
  await Promise.all(
    nodes.map(({ address }) => answersOk(`http://${address}:9999/hello`)),
  );
  say("all three nodes answer");
  for (const node of nodes) await healthy(node);
  await writeFunction("added", "first");
  say(`added: on all nodes after ${await answersOn(nodes, "added", "first")} ms`);
  await writeFunction("added", "second");
  say(`changed: on all nodes after ${await answersOn(nodes, "added", "second")} ms`);
  await Deno.remove(join(FUNCTIONS, "added"), { recursive: true });
  say(`removed: on all nodes after ${await answersOn(nodes, "added", "Function not found")} ms`);

  const load = {
    urls: nodes.map(({ address }) => `http://${address}:9999/hello`),
    expected: "hello",
    clients: 4,
    isRetrying: true,
  };
  const during = async (act: string, step: () => Promise<unknown>): Promise<void> => {
    const running = startLoad(load);
    try {
      await step();
    } finally {
      describe(act, await running.end());
    }
  };
  await during("a node is drained and comes back", async () => {
    await manager.docker("node", "update", "--availability", "drain", second.name);
    await eventually("a drained node", async () => await second.docker("ps", "--quiet") === "");
    await pause(2_000);
    await manager.docker("node", "update", "--availability", "active", second.name);
    await healthy(second);
  });
  await during("a new image is rolled out", async () => {
    const update = ["--image", `${IMAGE}:0.1.1`, "--no-resolve-image", "--detach=false", "--quiet"];
    await manager.docker("service", "update", ...update, "ddsrv_ddsrv");
    for (const { name } of nodes) {
      assert.equal(await tasksOn(manager, name), `${IMAGE}:0.1.1`);
    }
  });
  await during("a node dies", async () => {
    await third.die();
    await pause(5_000);
  });
  await manager.docker("stack", "rm", "ddsrv");
}

async function main(archive: string): Promise<void> {
  const directory = Deno.env.get("DDSRV_DIRECTORY")!;
  const places = await openNetwork(3);
  await command("mount", "-t", "tmpfs", "tmpfs", "/opt");
  await writeFunction("hello", "hello");
  await using stack = new AsyncDisposableStack();
  const nodes: Node[] = [];
  for (const place of places) nodes.push(stack.use(await startNode(place, directory, archive)));
  await joinSwarm(nodes);
  await test(nodes, directory);
}

try {
  await main(Deno.args[0]!);
  say("swarm passed");
} catch (error) {
  say(`swarm failed: ${(error as Error).message}`);
  Deno.exitCode = 1;
}
