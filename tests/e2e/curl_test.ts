import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { streamsFunction } from "./support/fixtures.ts";
import { type Server, startServer } from "./support/harness.ts";

/** curl's output and its verbose report. */
interface Told {
  readonly body: Uint8Array;
  readonly notes: string;
}

/**
 * A function that does not handle Expect: Deno sends 100 Continue when the function reads the body.
 */
const DIGEST = `Deno.serve(async (request) => {
  const digest = await crypto.subtle.digest("SHA-256", await request.arrayBuffer());
  return new Response(new Uint8Array(digest).toHex());
});\n`;

const isMissing = await isCurlMissing();

Deno.test({
  name: `curl downloads and uploads with its usual options${
    isMissing ? " (curl is not installed)" : ""
  }`,
  ignore: isMissing,
  async fn(test) {
    await using server = await startServer({
      files: { ...await streamsFunction("messages"), "digest/index.ts": DIGEST },
    });
    await server.said("messages ready");
    await server.said("digest ready");
    await test.step("compressed bodies unchanged", () => compressed(server));
    await test.step("--http1.0", () => oldVersion(server));
    await test.step("Expect: 100-continue", () => expecting(server));
  },
});

async function compressed(server: Server): Promise<void> {
  for (const coding of ["gzip", "br"]) {
    const { body, notes } = await curl(`${server.url}/messages/compressed/${coding}`);
    const digest = createHash("sha256").update(body).digest("hex");
    assert.match(notes, new RegExp(`^< x-digest: ${digest}\r$`, "m"));
  }
}

async function oldVersion(server: Server): Promise<void> {
  const urls = [`${server.url}/messages/sized`, `${server.url}/messages/sized`];
  const old = ["--http1.0", "--write-out", " %{num_connects} "];
  const closed = await curl(...old, ...urls);
  assert.equal(textOf(closed), "sized 1 sized 1 ");
  const kept = await curl(...old, "--header", "Connection: keep-alive", ...urls);
  assert.equal(textOf(kept), "sized 1 sized 0 ");
  const open = await curl(...old, `${server.url}/messages/open`);
  assert.equal(textOf(open), "no length is told 1 ");
}

async function expecting(server: Server): Promise<void> {
  const body = randomBytes(3_000_000);
  const file = join(server.directory, "body");
  await Deno.writeFile(file, body);
  // By default curl sends the body after one second without an answer.
  const options = ["--expect100-timeout", "3600", "--header", "Expect: 100-continue"]
    .concat("--write-out", "|%{size_upload}", "--data-binary", `@${file}`);
  const taken = await curl(...options, `${server.url}/digest`);
  assert.match(taken.notes, /^< HTTP\/1\.1 100 Continue\r$/m);
  assert.equal(textOf(taken), `${createHash("sha256").update(body).digest("hex")}|${body.length}`);
  const refused = await curl(...options, `${server.url}/messages/refuse`);
  assert.doesNotMatch(refused.notes, /100 Continue/);
  assert.equal(textOf(refused), "0 bytes came|0");
}

async function curl(...args: string[]): Promise<Told> {
  const { success, stdout, stderr } = await new Deno.Command("curl", {
    args: ["--silent", "--verbose", "--noproxy", "*", ...args],
    stdin: "null",
  }).output();
  const notes = new TextDecoder().decode(stderr);
  assert.ok(success, notes);
  return { body: stdout, notes };
}

function textOf({ body }: Told): string {
  return new TextDecoder().decode(body);
}

/** curl is missing on a new Debian. */
async function isCurlMissing(): Promise<boolean> {
  try {
    await curl("--version");
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}
