// Runs in new network and mount namespaces: creates a pretend host with a pretend
// internet, and runs Deno there with the given arguments. Everything ends with the
// namespaces, and no packet leaves them.
import { relayOutput } from "./relay_output.ts";
import { WORLD, WORLD6 } from "./world.ts";

/** Addresses of the pretend host. */
const HOST = { uplink: "198.51.100.2", gateway: "198.51.100.1" };
const HOST6 = { uplink: "3ffe:ffff:1::2", gateway: "3ffe:ffff:1::1" };

async function run(program: string, args: readonly string[], stdin = ""): Promise<void> {
  const child = new Deno.Command(program, { args: [...args], stdin: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { success, code } = await child.status;
  if (!success) throw new Error(`${program} ${args.join(" ")} exited with ${code}`);
}

async function makeHost(): Promise<void> {
  await run("mount", ["-t", "tmpfs", "tmpfs", "/run"]);
  await run("mount", ["-t", "tmpfs", "tmpfs", "/opt"]);
  await Deno.writeTextFile("/run/resolv.conf", `nameserver ${WORLD.resolver}\n`);
  await run("mount", ["--bind", "/run/resolv.conf", "/etc/resolv.conf"]);
  await run("ip", ["netns", "add", "world"]);
  // Otherwise, link-local addresses are not valid for a second, and then neighbours don't answer.
  const noWait = ["sh", "-c", "echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad"];
  await run(noWait[0]!, noWait.slice(1));
  await run("ip", ["netns", "exec", "world", ...noWait]);
  // Linux before 6.17 forwards on all interfaces or on none.
  const forwarding = "/proc/sys/net/ipv6/conf/all/forwarding";
  const single = await Deno.stat("/proc/sys/net/ipv6/conf/lo/force_forwarding").catch(() => {});
  if (single === undefined) await Deno.writeTextFile(forwarding, "1");
  await run(
    "ip",
    ["-batch", "-"],
    [
      "link set lo up",
      "link add uplink type veth peer name eth0 netns world",
      `addr add ${HOST.uplink}/24 dev uplink`,
      `addr add ${HOST6.uplink}/64 dev uplink nodad`,
      "link set uplink up",
      `route add default via ${HOST.gateway}`,
      `route add default via ${HOST6.gateway}`,
    ].map((line) => `${line}\n`).join(""),
  );
  await run(
    "ip",
    ["-n", "world", "-batch", "-"],
    [
      "link set lo up",
      `addr add ${HOST.gateway}/24 dev eth0`,
      `addr add ${HOST6.gateway}/64 dev eth0 nodad`,
      "link set eth0 up",
      ...Object.values(WORLD).map((address) => `addr add ${address}/32 dev lo`),
      ...Object.values(WORLD6).map((address) => `addr add ${address}/128 dev lo nodad`),
      // An address that the pretend internet does not have is unreachable.
      "route add unreachable default",
      "route add unreachable ::/0",
    ].map((line) => `${line}\n`).join(""),
  );
}

async function main(args: readonly string[]): Promise<number> {
  await makeHost();
  const world = new Deno.Command("ip", {
    args: ["netns", "exec", "world", Deno.execPath(), "run", "--quiet", "--allow-all"].concat(
      "tests/world.ts",
    ),
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = world.stdout.getReader();
  // It prints a word once it listens.
  await reader.read();
  const inner = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  let isHanging = false;
  const code = await relayOutput(inner, {
    onSilent: (message) => {
      isHanging = true;
      Deno.stderr.writeSync(new TextEncoder().encode(`${message}\n`));
      inner.kill("SIGKILL");
      void endAll();
    },
  });
  world.kill("SIGKILL");
  await world.status;
  await reader.cancel();
  return isHanging ? 1 : code;
}

/** Kills all other processes in this network namespace. */
async function endAll(): Promise<void> {
  const own = await Deno.readLink("/proc/self/ns/net");
  for await (const { name } of Deno.readDir("/proc")) {
    // Skip names such as "self". Process id 0 would mean this process's whole group.
    if (!/^\d+$/.test(name)) continue;
    const network = await Deno.readLink(`/proc/${name}/ns/net`).catch(() => "");
    if (network !== own || Number(name) === Deno.pid) continue;
    try {
      Deno.kill(Number(name), "SIGKILL");
    } catch {
      // It has already exited.
    }
  }
}

Deno.exit(await main(Deno.args));
