import assert from "node:assert/strict";
import { join } from "node:path";
import { startServer } from "./support/harness.ts";

const serve = (text: string): string => `Deno.serve(() => new Response("${text}"));\n`;

/** Files of the functions directory: an entry of each kind, and folders that have none. */
const FILES = {
  "script/main.js": serve("script"),
  "script/README.md": "",
  "named/ddsrv.json": '{ "entry": "src/my server.mts" }',
  "named/src/my server.mts": serve("named"),
  "task/deno.json": '{ "tasks": { "start": "deno serve --port 8080 app.ts" } }',
  "task/app.ts": 'export default { fetch: () => new Response("task") };\n',
  "node/package.json": '{ "scripts": { "start": "node lib/server" } }',
  "node/lib/server.js":
    'import http from "node:http";\nhttp.createServer((_, answer) => answer.end("node")).listen(3000);\n',
  "view/deno.json": JSON.stringify({
    compilerOptions: { jsx: "react-jsx", jsxImportSource: "#own" },
    imports: { "#own/jsx-runtime": "./jsx.js" },
  }),
  "view/jsx.js": "export const jsx = (type, { children }) => `<${type}>${children}</${type}>`;\n",
  "view/index.jsx": "Deno.serve(() => new Response(<b>view</b>));\n",
  "escape/ddsrv.json": '{ "entry": "../script/main.js" }',
  "loose.ts": serve("loose"),
  "none/server.ts": serve("none"),
  "site/index.html": "front",
  "site/404.html": "no such page",
  "site/docs/index.html": "docs",
  "site/numbers.txt": "0123456789",
  "site/.env": "SECRET=1",
  "site/ddsrv.json": '{ "env": { "A": "SECRET" }, "keepPrefix": true }',
  "app/ddsrv.json": '{ "entry": "dist/index.html", "spa": true }',
  "app/dist/index.html": "app",
  "app/secret.txt": "SECRET",
};

Deno.test("each kind of entry serves, others are named, and new code replaces the entry", async () => {
  await using server = await startServer({ files: FILES });
  for (const name of ["script", "named", "task", "node"]) await server.answers(`/${name}`, name);
  await server.answers("/view", "<b>view</b>");
  await server.said('loose.ts ignored: it is a file. Make a folder "loose" with it as index.ts');
  await server.said("none ignored: it has no index.ts, main.ts, index.html or other entry");
  await server.said('"../script/main.js" is not a path in the function\'s folder');
  const { stdout } = await server.cli("ls");
  assert.match(stdout, /^loose\.ts: ignored: it is a file\. .*: ddsrv add loose\.ts$/m);

  // An index.ts wins over main.js.
  await server.write({ "script/index.ts": serve("typed") });
  await server.answers("/script", "typed");
  await Deno.remove(join(server.functions, "script/index.ts"));
  await server.answers("/script", "script");
  // A wrong manifest does not remove the function.
  await server.write({ "named/ddsrv.json": '{ "entry": "gone.ts" }' });
  await server.said('The "entry" of its ddsrv.json is "gone.ts", which does not exist');
  await server.answers("/named", "named");

  await servesFiles(server.url);
  const before = await server.inspect("site");
  await server.write({ "site/numbers.txt": "changed" });
  assert.equal(await (await fetch(`${server.url}/site/numbers.txt`)).text(), "changed");
  assert.equal((await server.inspect("site")).pid, before.pid);
  // The server holds the former folder open, so another one in its place is a new revision.
  await server.write({ ".new/index.html": "front", "loose/index.html": "loose" });
  await Deno.rename(join(server.functions, "site"), join(server.functions, ".old"));
  await Deno.rename(join(server.functions, ".new"), join(server.functions, "site"));
  await server.answers("/site/numbers.txt", "Not found\n");
  await server.answers("/site/", "front");
  await server.write({ "site/index.ts": serve("code") });
  await server.answers("/site/", "code");
  await server.answers("/loose/", "loose");
});

/** Requests the static files through the proxy. */
async function servesFiles(url: string): Promise<void> {
  const ask = async (path: string, init: RequestInit = {}): Promise<[Response, string]> => {
    const response = await fetch(`${url}${path}`, init);
    return [response, await response.text()];
  };
  const [front, text] = await ask("/site?x=1");
  assert.deepEqual([text, front.url], ["front", `${url}/site/?x=1`]);
  assert.equal(front.headers.get("content-type"), "text/html; charset=utf-8");
  const [docs] = await ask("/site/docs");
  assert.equal(docs.url, `${url}/site/docs/`);
  const [part, digits] = await ask("/site/numbers.txt", { headers: { range: "bytes=2-4" } });
  assert.deepEqual([part.status, digits], [206, "234"]);
  const etag = part.headers.get("etag")!;
  const [same] = await ask("/site/numbers.txt", { headers: { "if-none-match": etag } });
  assert.equal(same.status, 304);
  const [head] = await ask("/site/numbers.txt", { method: "HEAD" });
  assert.equal(head.headers.get("content-length"), "10");
  assert.equal((await ask("/site/", { method: "POST", body: "x" }))[0].status, 405);
  // The proxy refuses a path that leaves the function's name.
  assert.equal((await ask("/site/%2e%2e%2fapp%2fsecret.txt"))[0].status, 400);
  for (const path of [".env", "ddsrv.json", "docs/%2e%2e/.env", "%00", "nope"]) {
    const [response, body] = await ask(`/site/${path}`);
    assert.deepEqual([response.status, body], [404, "no such page"], path);
  }
  assert.equal((await ask("/app/users/1"))[1], "app");
  assert.equal((await ask("/app/secret.txt"))[0].status, 404);
}

Deno.test('with "entries": ["index.ts"], other folders are no functions', async () => {
  await using server = await startServer({
    files: {
      "ddsrv.json": '{ "entries": ["index.ts"] }',
      "hello/index.ts": serve("hello"),
      "main/main.ts": serve("main"),
      "page/index.html": "page",
      "named/ddsrv.json": '{ "entry": "server.ts" }',
      "named/server.ts": serve("named"),
      "both/ddsrv.json": '{ "entry": "server.ts" }',
      "both/index.ts": serve("both"),
    },
  });
  await server.answers("/hello", "hello");
  for (const name of ["main", "page", "named"]) {
    await server.said(`${name} ignored: it has no index.ts`);
  }
  await server.said('names an entry, but the operator\'s "entries" do not contain ddsrv.json');
});
