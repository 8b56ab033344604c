import { deepEqual, equal, rejects } from "node:assert/strict";
import { openDenos } from "../../lib/sandbox/denos.ts";
import { ownDeno } from "../../lib/sandbox/deno_binary.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("openDenos() finds the server's Deno and installed versions", async () => {
  await using directory = await temporaryDirectory();
  const file = await directory.write("all/2.7.3", "");
  const nested = await directory.write("all/v2.8.1/deno", "");
  await directory.write("all/2.6.9", "");
  await directory.write("all/README", "");
  await Deno.mkdir(directory.at("all/2.5.9"));
  const inspected: string[] = [];
  const denoOf = await openDenos({
    deno: "/opt/deno",
    denoVersions: directory.at("all"),
    inspect(path) {
      inspected.push(path);
      if (path.endsWith("2.6.9")) return Promise.reject(new Error("it is broken"));
      const version = path === nested ? "2.8.1" : path === file ? "2.7.4" : "2.9.1";
      return Promise.resolve({ path, version });
    },
  });
  const server = { path: "/opt/deno", version: "2.9.1" };
  for (const wanted of [undefined, "2", "2.9", "2.9.1"]) deepEqual(await denoOf(wanted), server);
  for (const wanted of ["2.8", "2.8.1"]) {
    deepEqual(await denoOf(wanted), { path: nested, version: "2.8.1" });
  }
  deepEqual(inspected, ["/opt/deno", nested]);
  await Deno.writeTextFile(nested, "changed");
  await denoOf("2.8");
  equal(inspected.length, 3);
  const rows: readonly [string, RegExp][] = [
    ["2.7", /asks for Deno 2\.7\.3, but ".*2\.7\.3" is Deno 2\.7\.4\. Ask the operator to rename/],
    ["2.6", /asks for Deno 2\.6\.9, which can't be used: it is broken$/],
    ["2.5", /asks for Deno 2\.5\.9, which can't be used: .*2\.5\.9\/deno/],
    [
      "1.9",
      /asks for Deno 1\.9, and these versions are installed: 2\.5\.9, 2\.6\.9, 2\.7\.3, 2\.8\.1, 2\.9\.1\. Ask for one of them, or ask the operator to install it in "\/.*"$/,
    ],
  ];
  for (const [wanted, message] of rows) {
    await rejects(denoOf(wanted), { name: "ConfigError", message }, wanted);
  }
  await Deno.remove(directory.at("all"), { recursive: true });
  await rejects(denoOf("2.8"), {
    name: "ConfigError",
    message: /^Cannot read the directory of --deno-versions/,
  });
});

Deno.test("openDenos() has the Deno of this process without settings", async () => {
  const denoOf = await openDenos({ deno: undefined, denoVersions: undefined });
  deepEqual(await denoOf(undefined), ownDeno());
  deepEqual(await denoOf(ownDeno().version), ownDeno());
  await rejects(denoOf("1"), {
    name: "ConfigError",
    message: /^The function asks for Deno 1, .* and to set --deno-versions$/,
  });
});

Deno.test("openDenos() rejects if the server's Deno can't be used", async () => {
  await using directory = await temporaryDirectory();
  await rejects(
    openDenos({ deno: directory.at("none"), denoVersions: undefined }),
    /^Error: Cannot use the Deno of --deno: /,
  );
});
