import assert from "node:assert/strict";
import { WORLD } from "../world.ts";
import { startServer } from "./support/harness.ts";

const fixture = (name: string): Promise<string> =>
  Deno.readTextFile(new URL(`../fixtures/npm/${name}/index.ts`, import.meta.url));

/** Common ways to write a server, with different ports. */
const STYLES: Readonly<Record<string, string>> = {
  "serve-handler": `Deno.serve(() => new Response("serve-handler"));`,
  "serve-options":
    `Deno.serve({ port: 4321, hostname: "127.0.0.1" }, () => new Response("serve-options"));`,
  "serve-object": `Deno.serve({ port: 8080, handler: () => new Response("serve-object") });`,
  "serve-later": `await new Promise((resolve) => setTimeout(resolve, 300));
    Deno.serve({ onListen() {} }, () => new Response("serve-later"));`,
  "default-fetch": `export default { fetch: () => new Response("default-fetch") };`,
  "default-satisfies": `export default {
      fetch(_request) { return new Response("default-satisfies"); },
    } satisfies Deno.ServeDefaultExport;`,
  "default-and-serve": `const app = { fetch: () => new Response("default-and-serve") };
    Deno.serve({ port: 3000 }, app.fetch);
    export default app;`,
  "node-http": `import { createServer } from "node:http";
    createServer((_request, response) => response.end("node-http")).listen(3000, "localhost");`,
  "listen-any": raw("listen-any", "{ port: 5555 }"),
  "listen-loopback": raw("listen-loopback", `{ port: 5556, hostname: "127.0.0.1" }`),
  "listen-v6": raw("listen-v6", `{ port: 5557, hostname: "::" }`),
  "several": `${raw("several, and not this one", "{ port: 7000 }")}
    Deno.serve(() => new Response("several"));`,
  "main-module": `if (import.meta.main) Deno.serve(() => new Response("main-module"));`,
  // As in the original's documentation; an import map replaces the module.
  "original": `import { serve } from "https://deno.land/std@0.200.0/http/server.ts";
    serve(() => new Response("original"));`,
};

/** Returns a server without Deno's HTTP: it writes each answer by hand. */
function raw(text: string, options: string): string {
  return `const listener = Deno.listen(${options});
    const answer = "HTTP/1.1 200 OK\\r\\nContent-Length: ${text.length}\\r\\nConnection: close\\r\\n\\r\\n${text}";
    async function talk(connection: Deno.Conn) {
      await connection.read(new Uint8Array(4096));
      await connection.write(new TextEncoder().encode(answer));
      connection.close();
    }
    (async () => { for await (const connection of listener) talk(connection); })();`;
}

Deno.test("serve supports every style of server", async (test) => {
  const files = Object.entries(STYLES).map(([name, code]) => [`${name}/index.ts`, code]);
  await using server = await startServer({
    files: {
      ...Object.fromEntries(files),
      "import_map.json": JSON.stringify({
        imports: { "https://deno.land/std@0.200.0/": `http://${WORLD.server}/std/` },
      }),
    },
  });
  for (const name of Object.keys(STYLES)) {
    await test.step(name, () => server.answers(`/${name}`, name));
  }
});

Deno.test("serve: a default export logs its own lines and no advice to run deno serve", async () => {
  const said = `warning: Detected export default { fetch }, did you mean to run "deno serve"?`;
  const shown = `const log = Deno.env.get("DENO_LOG") ?? "unset";`;
  await using server = await startServer({
    files: {
      "quiet/index.ts": `${shown} export default { fetch: () => new Response(log) };\n`,
      "own-level/index.ts": `${shown} export default { fetch: () => new Response(log) };\n`,
      "own-level/.env": "DENO_LOG=info\n",
      "both/index.ts": `Deno.serve(() => new Response("both"));
        export default { fetch: () => new Response("never") };\n`,
      "writer/index.ts": `console.error(${JSON.stringify(said)});
        export default { fetch: () => new Response("writer") };\n`,
      "broken/index.ts": `setTimeout(() => { throw new Error("told by Deno"); });
        export default { fetch: () => new Response() };\n`,
    },
  });
  await server.answers("/quiet", "unset");
  await server.answers("/own-level", "info");
  await server.answers("/both", "both");
  await server.answers("/writer", "writer");
  await server.said("broken failed");
  const lines = server.output().split("\n").filter((line) => line.includes("deno serve"));
  assert.deepEqual(lines, [`[writer] ${said}`]);
  assert.match(server.output(), /\[broken\] error: Uncaught .*Error: told by Deno/);
});

Deno.test("serve supports Hono and Express from npm", async () => {
  await using server = await startServer({
    cached: ["hono", "express"],
    files: { "hono/index.ts": await fixture("hono"), "express/index.ts": await fixture("express") },
  });
  await server.answers("/hono/greet/you", "hono greets you");
  await server.answers("/express/greet/you", "express greets you");
  // The express function names port 3000, and ddsrv serves that.
  assert.match((await server.inspect("express")).upstream!, /:3000$/);
});

Deno.test("serve: an npm module is readable even if the function has no read permission", async () => {
  await using server = await startServer({
    cached: ["express"],
    files: {
      "express/index.ts": await fixture("express"),
      "express/ddsrv.json": '{ "permissions": { "read": false, "write": false } }',
    },
  });
  await server.answers("/express/greet/you", "express greets you");
});
