import assert from "node:assert/strict";
import { join } from "node:path";
import {
  answering,
  count,
  eventually,
  pause,
  type Server,
  startServer,
} from "./support/harness.ts";

/** Files that are unchanged for twice this time are settled. */
const QUIET_MS = 100;

/** Returns a function that answers with an import from the shared code. */
const sharing = (file: string): string =>
  `import { text } from "../_shared/${file}";\nDeno.serve(() => new Response(text));\n`;

async function pidsOf(server: Server, names: readonly string[]): Promise<(number | null)[]> {
  return await Promise.all(names.map(async (name) => (await server.inspect(name)).pid));
}

/** Waits until a scan has seen all earlier writes. */
async function letScan(server: Server, text: string): Promise<void> {
  await server.write({ "witness/index.ts": answering(text) });
  await server.answers("/witness", text);
}

Deno.test("reload: a change of a shared file reloads only functions that import it", async () => {
  await using server = await startServer({
    files: {
      "_shared/inner.ts": 'export const word = "one";\n',
      "_shared/deep.ts": 'export { word as text } from "./inner.ts";\n',
      "_shared/other.ts": 'export const text = "other";\n',
      "direct/index.ts": sharing("inner.ts").replace("text }", "word as text }"),
      "deep/index.ts": sharing("deep.ts"),
      "other/index.ts": sharing("other.ts"),
      "none/index.ts": answering("none"),
    },
  });
  for (const name of ["direct", "deep"]) await server.answers(`/${name}`, "one");
  for (const name of ["other", "none"]) await server.answers(`/${name}`, name);
  const users = await pidsOf(server, ["direct", "deep"]);
  const others = await pidsOf(server, ["other", "none"]);
  await server.write({ "_shared/inner.ts": 'export const word = "two";\n' });
  for (const name of ["direct", "deep"]) await server.answers(`/${name}`, "two");
  assert.ok((await pidsOf(server, ["direct", "deep"])).every((pid) => !users.includes(pid)));
  assert.deepEqual(await pidsOf(server, ["other", "none"]), others);
  await server.write({ "_shared/unused.ts": "export const unused = 1;\n" });
  await letScan(server, "seen");
  assert.equal(count(server.output(), "direct ready"), 2, server.output());
  assert.equal(count(server.output(), "other ready"), 1, server.output());
});

Deno.test("reload: a burst of writes causes one reload", async () => {
  const parts = Array.from({ length: 10 }, (_, index) => `part${index}`);
  const imports = parts.map((part) => `import { text as ${part} } from "./${part}.ts";\n`).join("");
  const files = (text: string): Record<string, string> => ({
    "app/index.ts": `${imports}Deno.serve(() => new Response([${parts}].join("")));\n`,
    ...Object.fromEntries(
      parts.map((part) => [`app/${part}.ts`, `export const text = "${text}";\n`]),
    ),
  });
  await using server = await startServer({ files: files("a") });
  await server.answers("/app", "a".repeat(10));
  /** Returns the longest time between two writes. */
  const burst = async (last: string): Promise<number> => {
    let [longestMs, lastMs] = [0, performance.now()];
    for (let write = 0; write < 50; write++) {
      const part = parts[write % parts.length];
      const text = write < 40 ? `${write}` : last;
      Deno.writeTextFileSync(
        join(server.functions, `app/${part}.ts`),
        `export const text = "${text}";\n`,
      );
      longestMs = Math.max(longestMs, performance.now() - lastMs);
      lastMs = performance.now();
      if (write % 10 === 9) await pause(10);
    }
    return longestMs;
  };
  await eventually("a burst that caused one reload", async () => {
    const last = `z${performance.now()}`;
    const from = server.output().length;
    const longestMs = await burst(last);
    await server.answers("/app", last.repeat(10));
    await letScan(server, last);
    // A busy host may also delay the supervisor, which then sees a pause that there was not.
    return longestMs <= QUIET_MS && count(server.output().slice(from), "app ready") === 1;
  });
});

Deno.test("reload: a function that is replaced again and again ends with the last code", async () => {
  await using server = await startServer({
    files: { "app/index.ts": answering("0"), "tree/index.ts": answering("0") },
  });
  for (const name of ["app", "tree"]) await server.answers(`/${name}`, "0");
  const next = join(server.functions, "..", "next");
  const ROUNDS = 30;
  /** Rounds of a busy host, in which files may come to rest. */
  let slow = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const startedMs = performance.now();
    // A file by a rename, and a whole folder by two.
    const text = answering(String(round));
    await Deno.writeTextFile(`${next}.ts`, text);
    await Deno.rename(`${next}.ts`, join(server.functions, "app/index.ts"));
    await Deno.mkdir(next);
    await Deno.writeTextFile(join(next, "index.ts"), text);
    await Deno.rename(join(server.functions, "tree"), `${next}-old`);
    await Deno.rename(next, join(server.functions, "tree"));
    await Deno.remove(`${next}-old`, { recursive: true });
    await pause(100);
    if (performance.now() - startedMs > 1.5 * QUIET_MS) slow++;
  }
  for (const name of ["app", "tree"]) {
    await server.answers(`/${name}`, String(ROUNDS));
    // Its checks do not pile up.
    const starts = count(server.output(), `${name} ready`);
    assert.ok(starts <= ROUNDS / 2 + slow, `${name}: ${starts} starts, ${slow} slow rounds`);
  }
  assert.equal(count(server.output(), "failed"), 0, server.output());
});

Deno.test("reload: files that a function writes or does not import cause no reload", async () => {
  await using server = await startServer({
    files: {
      "app/index.ts": `import { DatabaseSync } from "node:sqlite";
        const data = Deno.env.get("DDSRV_DATA");
        const database = new DatabaseSync(data + "/notes.db");
        database.exec("create table if not exists notes (text text)");
        let writes = 0;
        Deno.serve(async () => {
          database.prepare("insert into notes values (?)").run("a note");
          for (const directory of [data, "/tmp"]) {
            await Deno.writeTextFile(directory + "/index.ts", "no code " + ++writes);
          }
          return new Response(String(database.prepare("select * from notes").all().length));
        });\n`,
    },
  });
  await server.answers("/app", "1");
  const { pid } = await server.inspect("app");
  const directory = join(server.functions, "app");
  for (let round = 2; round < 12; round++) {
    assert.equal(await (await fetch(`${server.url}/app`)).text(), String(round));
    await server.write({
      "app/notes.txt": `${round}`,
      "app/unused.ts": `no code ${round}`,
      [`app/made/${round}.ts`]: "",
    });
    await Deno.chmod(directory, round % 2 === 0 ? 0o755 : 0o775);
  }
  await Deno.remove(join(directory, "notes.txt"));
  await Deno.remove(join(directory, "made"), { recursive: true });
  await letScan(server, "seen");
  assert.equal((await server.inspect("app")).pid, pid);
  assert.equal(count(server.output(), "app ready"), 1, server.output());
});
