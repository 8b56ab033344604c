// Runs before npm links the command. On Windows, npm writes a program that starts the interpreter of
// the command's first line, and there is no sh, so Node.js starts it there. Elsewhere, this does
// nothing, and the shell script becomes Deno itself.
"use strict";
const { copyFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const [platform = process.platform] = process.argv.slice(2);

if (platform === "win32") {
  copyFileSync(join(__dirname, "windows.cjs"), join(__dirname, "ddsrv"));
  // The command's file has no extension that says what it is.
  writeFileSync(join(__dirname, "package.json"), '{ "type": "commonjs" }\n');
}
