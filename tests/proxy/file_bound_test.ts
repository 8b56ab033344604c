import { deepEqual, equal, match } from "node:assert/strict";
import { completeLimits, defaultLimits } from "../../lib/config/limits.ts";
import { boundByFiles } from "../../lib/proxy/file_bound.ts";
import { openStage, within } from "./harness.ts";
import { connectFrom, exchangeFrom, openHalf } from "./local_client.ts";

const rows = [
  [524_288, "http", {}, 16_384, 4_096],
  [20_000, "http", {}, 16_384, 4_096],
  [20_000, "https", {}, 6_496, 1_624],
  [1_024, "http", {}, 512, 128],
  [1_024, "https", {}, 170, 43],
  [10, "http", {}, 5, 2],
  [1, "https", {}, 1, 1],
  [1_024, "http", { maxConnections: 100 }, 100, 25],
  [1_024, "http", { maxConnections: Infinity }, 512, Infinity],
  [1_024, "http", { maxConnectionsPerPeer: Infinity }, 512, Infinity],
  [Infinity, "https", { maxConnections: Infinity }, Infinity, Infinity],
] as const;

for (const [openFiles, proto, given, most, mostPerPeer] of rows) {
  const says = Object.entries(given).join() || "the defaults";
  Deno.test(`boundByFiles() limits ${says} with ${openFiles} files for ${proto} to ${most}`, () => {
    const limits = boundByFiles(completeLimits(given), { openFiles, proto });
    deepEqual([limits.maxConnections, limits.maxConnectionsPerPeer], [most, mostPerPeer]);
    equal(limits.maxInFlight, defaultLimits.maxInFlight);
  });
}

Deno.test("openProxy() warns if the file limit lowers maxConnections", async () => {
  const warnings: string[] = [];
  const onWarning = (message: string): void => void warnings.push(message);
  await using stage = openStage({}, { openFiles: 1_024, onWarning });
  equal(warnings.length, 1);
  match(
    warnings[0]!,
    /^Limiting connections to 512, because ddsrv may open only 1024 files\. Raise/,
  );
  stage.proxy.configure({ limits: { maxConnections: 100 } });
  equal(warnings.length, 1);
  stage.proxy.configure({});
  equal(warnings.length, 2);
});

/** Serves in a process that may open 300 files, while one peer has 600 half-open connections. */
async function withFewFiles(kind: "bound" | "free", test: (port: number) => Promise<void>) {
  const main = new URL("few_files_main.ts", import.meta.url).pathname;
  const run = `ulimit -n 300 && exec "$0" run --quiet --allow-all "$1" "$2"`;
  const child = new Deno.Command("sh", {
    args: ["-c", run, Deno.execPath(), main, kind],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  try {
    const reader = child.stdout.getReader();
    const { value } = await within(reader.read(), "the port");
    await reader.cancel();
    const port = Number(new TextDecoder().decode(value));
    using _half = await openHalf(port, 600);
    await test(port);
  } finally {
    await child.stdin.close();
    await child.status;
  }
}

Deno.test("openProxy() serves others while one peer opens more connections than there are files", async () => {
  await withFewFiles("bound", async (port) => {
    const request = "GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    for (let count = 0; count < 5; count++) {
      match(await exchangeFrom({ from: "127.0.0.2", port, request }), /^HTTP\/1.1 404 /);
    }
  });
});

Deno.test("openProxy() serves nobody else if connections may use up all files", async () => {
  await withFewFiles("free", async (port) => {
    const socket = await connectFrom({ from: "127.0.0.2", port });
    let answer = "";
    socket.on("data", (bytes) => answer += bytes);
    socket.write("GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
    // Longer than a response takes, and longer than the pause after a failed accept.
    await new Promise((resolve) => setTimeout(resolve, 500));
    socket.destroy();
    equal(answer, "");
  });
});
