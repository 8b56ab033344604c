import { equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { setKeepAlive } from "../../lib/system/keep_alive.ts";

const TIMES = { idleS: 60, intervalS: 10, probes: 6 };

/** The timer of a socket, such as `02:00001770`, from its ports. */
async function timerOf(local: number, remote: number): Promise<string | undefined> {
  const ends = [local, remote].map((port) =>
    `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`
  ).join(" ");
  const lines = (await Deno.readTextFile("/proc/net/tcp")).split("\n");
  return lines.find((line) => line.includes(ends))?.trim().split(/\s+/)[5];
}

Deno.test("setKeepAlive() sets the time of all connections that a port accepts later", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  equal(setKeepAlive(listener.addr.port, TIMES), 1);
  for (const [one, type] of [[listener, "02"], [other, "00"]] as const) {
    using client = await Deno.connect({ hostname: "127.0.0.1", port: one.addr.port });
    using accepted = await one.accept();
    const timer = await timerOf(accepted.localAddr.port, client.localAddr.port);
    // Type 2 is keep-alive, with the time left in hundredths of a second (proc_pid_net(5)).
    equal(timer?.slice(0, 2), type);
    if (type === "02") ok(Number.parseInt(timer!.slice(3), 16) <= 6_000, timer);
  }
});

Deno.test("setKeepAlive() finds no listener of another port or of a Unix socket", async () => {
  const directory = await Deno.makeTempDir();
  using _unix = Deno.listen({ transport: "unix", path: join(directory, "socket") });
  equal(setKeepAlive(1, TIMES), 0);
  await Deno.remove(directory, { recursive: true });
});
