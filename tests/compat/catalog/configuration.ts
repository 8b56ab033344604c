import type { ShapeGroup } from "../shape.ts";

const INDEX = ["run", "-A", "index.ts"];
const MAIN = ["run", "-A", "main.ts"];
const INSTALL = ["install", "--quiet"];

/** How projects declare dependencies and options. */
export const CONFIGURATION: ShapeGroup = {
  title: "Configuration and dependencies",
  shapes: [
    {
      name: "imports-scopes",
      title: "`imports` and `scopes` of `deno.json`",
      bare: INDEX,
      requests: [{ path: "/", contains: '"day":86400000' }],
    },
    {
      name: "import-map",
      title: "`importMap` of `deno.json`",
      bare: INDEX,
      requests: [{ path: "/", contains: "<aaaaaa>" }],
    },
    {
      name: "deno-jsonc",
      title: "`deno.jsonc` with compiler options",
      bare: INDEX,
      requests: [{ path: "/", contains: "loose" }],
    },
    {
      name: "workspace",
      title: "A workspace of `deno.json`",
      bare: MAIN,
      requests: [{ path: "/", contains: "3 items in 1s" }],
    },
    {
      name: "links",
      title: "`links` to a package in the folder",
      bare: MAIN,
      requests: [{ path: "/", contains: "linked tool" }],
    },
    {
      name: "vendor",
      title: "Modules in `vendor`",
      bare: MAIN,
      requests: [{ path: "/", contains: "vendored hello offline!" }],
    },
    {
      name: "lock-pinned",
      title: "`deno.lock` that pins an older version",
      bare: MAIN,
      requests: [{ path: "/", contains: '"version":"2.0.0"' }],
    },
    {
      name: "lock-false",
      title: "`deno.lock` with another hash than the package",
      bare: undefined,
      refused: {
        says: /integrity|checksum/i,
        why:
          "The package is not the one that was locked, and Deno refuses it too. If that is right, " +
          "update the lock with `deno install`",
      },
    },
    {
      name: "package-json",
      title: "`package.json` without `node_modules`",
      bare: INDEX,
      install: INSTALL,
      requests: [{ path: "/", contains: '"hour":3600000' }],
    },
    {
      name: "package-json-installed",
      title: "`package.json` with `node_modules`, by `npm install`",
      bare: ["run", "-A", "index.js"],
      port: 3000,
      prepare: ["npm", "install", "--no-audit", "--no-fund"],
      requests: [{ path: "/", contains: "from node_modules" }],
    },
    {
      name: "npm-workspaces",
      title: "npm workspaces",
      bare: ["run", "-A", "apps/api/index.js"],
      port: 3000,
      install: INSTALL,
      requests: [{ path: "/", contains: "shared by the workspace 1m" }],
    },
    {
      name: "modules-auto",
      title: '`"nodeModulesDir": "auto"`',
      bare: INDEX,
      requests: [{ path: "/", contains: '"installed":true' }],
    },
    {
      name: "modules-manual",
      title: '`"nodeModulesDir": "manual"`',
      bare: MAIN,
      prepare: ["npm", "install", "--no-audit", "--no-fund"],
      requests: [{ path: "/", contains: '"minute":60000' }],
    },
    {
      name: "modules-none",
      title: '`"nodeModulesDir": "none"` with a `package.json`',
      bare: MAIN,
      requests: [{ path: "/", contains: '"second":1000' }],
    },
    {
      name: "commonjs",
      title: "CommonJS with `require`",
      bare: ["run", "-A", "index.js"],
      port: 3000,
      install: INSTALL,
      requests: [{ path: "/a", contains: "index.js /a 2000" }],
    },
    {
      name: "commonjs-installed",
      title: "CommonJS with `require` and `node_modules`",
      bare: ["run", "-A", "index.js"],
      port: 3000,
      prepare: ["npm", "install", "--no-audit", "--no-fund"],
      requests: [{ path: "/a", contains: "index.js /a 2000" }],
    },
    {
      name: "commonjs-cjs",
      title: "A `.cjs` module by `createRequire`",
      bare: ["run", "-A", "main.js"],
      requests: [{ path: "/", contains: "42" }],
    },
    {
      name: "typescript-npm-style",
      title: "TypeScript for Node, with imports without extensions",
      bare: ["run", "-A", "src/index.ts"],
      port: 3000,
      install: INSTALL,
      requests: [{ path: "/?limit=5", contains: '"limit":5' }],
    },
    {
      name: "templates-watched",
      title: "Templates that are read at the start",
      bare: INDEX,
      setting: '`"watch": ["templates/**"]`, so that a changed template takes effect',
      requests: [{ path: "/?name=ann", contains: "Hello ANN" }],
    },
    {
      name: "type-errors",
      title: "Code with type errors",
      bare: INDEX,
      setting: '`"check": "graph"`',
      requests: [{ path: "/?name=one", contains: "null" }],
    },
    {
      name: "type-errors-refused",
      title: "Code with type errors, without a setting",
      bare: undefined,
      refused: {
        says: /TS2322/,
        why: 'The check finds type errors. Correct them, or set `"check": "graph"`',
      },
    },
  ],
};
