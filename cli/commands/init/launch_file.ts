import type { FunctionFiles } from "./template_files.ts";

/** Attaches to `ddsrv dev --inspect`, again after each reload. */
const LAUNCH = `{
  "version": "0.2.0",
  "configurations": [
    {
      "name": "ddsrv dev --inspect",
      "type": "node",
      "request": "attach",
      "address": "127.0.0.1",
      "port": 9229,
      "restart": true,
      "skipFiles": ["<node_internals>/**"]
    }
  ]
}
`;

/** The file by which VS Code attaches its debugger to a function. */
export const LAUNCH_FILE: FunctionFiles = new Map([[".vscode/launch.json", LAUNCH]]);
