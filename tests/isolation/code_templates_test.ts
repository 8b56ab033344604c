import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createCodeTemplates } from "../../lib/isolation/code_templates.ts";
import { CODE_DATABASES, LOG_SUFFIX } from "../../lib/sandbox/code_cache.ts";
import { ownDeno } from "../../lib/sandbox/deno_binary.ts";
import { eventually } from "../patience.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("sharedOf() gives databases with the preload module, and no path of the host", async () => {
  await using directory = await temporaryDirectory();
  const templates = createCodeTemplates({ directory: directory.path });
  assert.equal(templates.sharedOf(ownDeno()), undefined, "the first call only begins");
  await eventually("they are there", () => templates.sharedOf(ownDeno()) !== undefined);
  const path = templates.sharedOf(ownDeno())!;
  for (const name of CODE_DATABASES) {
    assert.equal((await Deno.stat(join(path, `${name}${LOG_SUFFIX}`))).size, 0);
  }
  using database = new DatabaseSync(join(path, "v8_code_cache_v2"));
  const specifiers = database.prepare("SELECT specifier FROM codecache").all()
    .map(({ specifier }) => String(specifier));
  assert.ok(specifiers.includes("file:///ddsrv/preload.js"), specifiers.join("\n"));
  const ofHost = specifiers.filter((one) => one.startsWith("file:") && !one.includes("/ddsrv/p"));
  assert.deepEqual(ofHost, []);
});

Deno.test("sharedOf() stays undefined for a program that makes no such databases", async () => {
  await using directory = await temporaryDirectory();
  const ran = Promise.withResolvers<void>();
  const templates = createCodeTemplates({
    directory: directory.path,
    run() {
      ran.resolve();
      return Promise.resolve("");
    },
  });
  assert.equal(templates.sharedOf(ownDeno()), undefined);
  await ran.promise;
  await eventually("it has cleaned up", async () => {
    return (await Array.fromAsync(Deno.readDir(directory.path))).length === 0;
  });
  assert.equal(templates.sharedOf(ownDeno()), undefined);
});
