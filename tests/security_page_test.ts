import assert from "node:assert/strict";

const root = new URL("..", import.meta.url);

const ROW = /^\| .* \| `(tests\/[\w/]+\.ts)`: (.*?) +\|$/gm;

Deno.test("docs/security.md names existing tests and at least 60 attacks", async () => {
  const page = await Deno.readTextFile(new URL("docs/security.md", root));
  const rows = [...page.matchAll(ROW)].map(([, file = "", name = ""]) => ({ file, name }));
  assert.ok(rows.length >= 60, `${rows.length} rows`);
  const missing: string[] = [];
  for (const { file, name } of rows) {
    const text = await Deno.readTextFile(new URL(file, root)).catch(() => "");
    if (!text.includes(name)) missing.push(`${file}: ${name}`);
  }
  assert.deepEqual(missing, []);
});
