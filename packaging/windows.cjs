#!/usr/bin/env node
// Starts the Deno that this package depends on, and ends with its exit code. Windows can't replace a
// process with another one. Ctrl-C reaches both; Deno decides when to end.
"use strict";
const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { dirname, join } = require("node:path");

const KINDS = { win32: "", darwin: "", linux: "-glibc" };

function findDeno() {
  const program = process.platform === "win32" ? "deno.exe" : "deno";
  const kind = `@deno/${process.platform}-${process.arch}${KINDS[process.platform] ?? ""}`;
  try {
    const own = dirname(require.resolve("deno/package.json"));
    const found = [join(own, program)].find(existsSync);
    return found ??
      join(dirname(require.resolve(`${kind}/package.json`, { paths: [own] })), program);
  } catch {
    return undefined;
  }
}

const root = dirname(__dirname);
const deno = findDeno();
if (deno === undefined) {
  process.stderr.write(
    `ddsrv: Cannot find Deno for "${root}". Install the package again with its optional ` +
      "dependencies: npm install ddsrv\n",
  );
  process.exit(1);
}

// The package is self-contained: use no network and no configuration of the working directory.
const options = ["--quiet", "--allow-all", "--no-prompt", "--no-config", "--no-lock"]
  .concat("--no-remote", "--no-npm");
const main = join(root, "lib", "main.js");
const child = spawn(deno, ["run", ...options, main, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, DENO_NO_UPDATE_CHECK: "1" },
});
for (const name of ["SIGINT", "SIGBREAK"]) process.on(name, () => {});
child.on("error", (error) => {
  process.stderr.write(`ddsrv: Cannot start "${deno}": ${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code) => process.exit(code ?? 1));
