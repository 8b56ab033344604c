// The fetcher may ask the hosts that are allowed, and their DNS says where they are: nothing that it
// says may lead to what only this machine reaches.
import assert from "node:assert/strict";
import { temporaryDirectory } from "../temporary_directory.ts";

const PROGRAM = new URL("fetch_addresses_program.ts", import.meta.url).pathname;

const PORT = 8088;

/** Names and their addresses. */
const ADDRESSES = {
  "public.test": "203.0.113.5",
  "private.test": "10.0.0.5",
  "mapped-private.test": "::ffff:10.0.0.5",
  "metadata.test": "169.254.169.254",
  "mapped-metadata.test": "::ffff:169.254.169.254",
  "metadata6.test": "fd00:ec2::254",
  "loopback.test": "127.0.0.1",
  "mapped-loopback.test": "::ffff:127.0.0.1",
  "loopback6.test": "::1",
} as const;

/** This namespace owns all of these addresses, and reaches nothing else. */
const SCRIPT = `ip link set lo up
for a in 203.0.113.5/32 10.0.0.5/32 169.254.169.254/32 fd00:ec2::254/128; do
ip addr add "$a" dev lo nodad || exit 1; done
mount --bind "$1" /etc/hosts && shift && exec "$@"`;

async function ask(isPrivateAllowed: boolean): Promise<Record<string, number>> {
  await using directory = await temporaryDirectory();
  const lines = Object.entries(ADDRESSES).map(([name, address]) => `${address} ${name}\n`);
  const hosts = await directory.write("hosts", lines.join(""));
  const { code, stdout, stderr } = await new Deno.Command("unshare", {
    args: [
      ...["--net", "--mount", "--propagation", "private", "sh", "-c", SCRIPT, "sh", hosts],
      ...[Deno.execPath(), "run", "--quiet", "--allow-all", "--no-check", PROGRAM],
      ...[directory.path, String(PORT), ...Object.keys(ADDRESSES)],
    ],
    env: { PRIVATE: isPrivateAllowed ? "allowed" : "" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("the fetcher refuses names that resolve to this machine or a metadata service", async () => {
  assert.deepEqual(await ask(true), {
    ...Object.fromEntries(Object.keys(ADDRESSES).map((name) => [name, 502])),
    "public.test": 200,
    "private.test": 200,
  });
});

Deno.test("the fetcher of ddsrv check refuses names that resolve to a private address", async () => {
  assert.deepEqual(await ask(false), {
    ...Object.fromEntries(Object.keys(ADDRESSES).map((name) => [name, 502])),
    "public.test": 200,
  });
});
