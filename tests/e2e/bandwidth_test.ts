import { doesNotMatch, equal, match, ok } from "node:assert/strict";
import { host, startServer } from "./support/harness.ts";

/** A function that sends a requested number of bytes, and reads bodies; `/up` uploads the bytes. */
const APP = `Deno.serve(async (request) => {
  const { pathname, searchParams } = new URL(request.url);
  if (request.method === "POST") {
    let size = 0;
    for await (const part of request.body!) size += part.length;
    return new Response(String(size));
  }
  const size = Number(searchParams.get("size") ?? 0);
  if (pathname === "/") return new Response("well");
  return new Response(new Uint8Array(size));
});
`;

const BYTES = 2_000_000;
const BITS = 8_000_000;

/** Minimum duration at the limit; the burst is at most a hundredth of the bytes. */
const LEAST_MS = BYTES * 8 / BITS * 1_000 * 0.9;

Deno.test("resources: bandwidth is limited in both directions, per function", async () => {
  await using server = await startServer({
    files: {
      "slow/index.ts": APP,
      "slow/ddsrv.json": '{ "bandwidth": "8mbit" }',
      "free/index.ts": APP,
    },
  });
  for (const name of ["slow", "free"]) await server.answers(`/${name}`, "well");
  const time = async (act: () => Promise<number>): Promise<number> => {
    const began = performance.now();
    equal(await act(), BYTES);
    return performance.now() - began;
  };
  const download = (name: string) => async (): Promise<number> =>
    (await (await fetch(`${server.url}/${name}/down?size=${BYTES}`)).arrayBuffer()).byteLength;
  const upload = (name: string) => async (): Promise<number> => {
    const body = new Uint8Array(BYTES);
    return Number(await (await fetch(`${server.url}/${name}`, { method: "POST", body })).text());
  };
  for (const act of [download, upload]) {
    const slow = await time(act("slow"));
    ok(slow >= LEAST_MS, `bounded: ${slow} ms, and it takes ${LEAST_MS}`);
    await time(act("free"));
  }
  // The speed of the other function depends on the machine, but it must have no limit.
  const free = (await server.inspect("free")).namespace;
  doesNotMatch(await host("tc", "-n", String(free), "qdisc"), /tbf/);
  // The function has no capability to remove the queue of its end.
  const { namespace, pid } = await server.inspect("slow");
  match(await host("tc", "-n", String(namespace), "qdisc"), /tbf .* dev eth0 .*rate 8Mbit/);
  match(await Deno.readTextFile(`/proc/${pid}/status`), /^CapEff:\t0+$/m);
});

Deno.test("resources: a function does not start if its bandwidth can't be limited", async () => {
  const bin = await Deno.makeTempDir();
  // The error of tc(8) if the kernel has no such queue.
  const refusal = "echo 'Error: Specified qdisc kind is unknown.' >&2; exit 2";
  await Deno.writeTextFile(`${bin}/tc`, `#!/bin/sh\n${refusal}\n`, { mode: 0o755 });
  try {
    await using server = await startServer({
      files: {
        "slow/index.ts": APP,
        "slow/ddsrv.json": '{ "bandwidth": "8mbit" }',
        "free/index.ts": APP,
      },
      env: { PATH: `${bin}:${Deno.env.get("PATH")}` },
    });
    await server.answers("/free", "well");
    await server.said("slow failed");
    match(
      server.output(),
      /slow +Cannot limit the bandwidth of the function: .*kind is unknown.*sch_tbf/,
    );
  } finally {
    await Deno.remove(bin, { recursive: true });
  }
});
