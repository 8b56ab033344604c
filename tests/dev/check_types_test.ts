import assert from "node:assert/strict";
import { completeSettings } from "../../lib/config/settings.ts";
import { settingsFor } from "../../lib/config/settings_for.ts";
import { checkTypes } from "../../lib/dev/check_types.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const NAME = "DDSRV_TEST_SECRET";

Deno.test("checkTypes() tells a registry of the folder no variable of the user", async () => {
  await using directory = await temporaryDirectory();
  const seen: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ url, headers }) => {
      seen.push(`${new URL(url).pathname} ${headers.get("authorization")}`);
      return new Response("none", { status: 404 });
    },
  );
  const host = `127.0.0.1:${server.addr.port}`;
  await directory.write("index.ts", 'import one from "npm:@team/one@1";\nconsole.log(one);\n');
  await directory.write("package.json", "{}");
  await directory.write(
    ".npmrc",
    `@team:registry=http://${host}/\${${NAME}}/\n//${host}/\${${NAME}}/:_authToken=\${OWN}\n`,
  );
  Deno.env.set(NAME, "secret");
  try {
    const settings = settingsFor(completeSettings({ functionsDirectory: "/f" }), "shop");
    const errors = await checkTypes({
      name: "shop",
      directory: directory.path,
      isStatic: false,
      policy: { ...settings, env: { OWN: "own" } },
      level: "types",
      moduleOptions: {
        entry: "index.ts",
        importMap: undefined,
        allowImport: [],
        nodeModules: "none",
        ownLock: undefined,
      },
      envFiles: [],
      warnings: [],
    }, { isColoured: false, signal: new AbortController().signal });
    assert.match(errors ?? "", /@team\/one/);
  } finally {
    Deno.env.delete(NAME);
  }
  assert.notEqual(seen.length, 0);
  assert.doesNotMatch(seen.join("\n"), /\bsecret\b/);
});
