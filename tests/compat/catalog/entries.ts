import type { ShapeGroup } from "../shape.ts";

/** Which file of a folder is the server. */
export const ENTRIES: ShapeGroup = {
  title: "Entries",
  shapes: [
    {
      name: "main-ts",
      title: "`main.ts`, as `deno init` writes it",
      bare: ["run", "-A", "main.ts"],
      requests: [{ path: "/a", contains: "main.ts got /a" }],
    },
    {
      name: "index-js",
      title: "`index.js` in plain JavaScript",
      bare: ["run", "-A", "index.js"],
      requests: [{ path: "/?name=bob", contains: "bob" }, { path: "/", status: 404 }],
    },
    {
      name: "index-mjs",
      title: "`index.mjs` with `node:http`",
      bare: ["run", "-A", "index.mjs"],
      port: 3000,
      requests: [{ path: "/a?b", contains: "node got GET /a?b" }],
    },
    {
      name: "index-tsx",
      title: "`index.tsx` with Preact",
      bare: ["run", "-A", "index.tsx"],
      requests: [{ path: "/?name=JSX", contains: "Hello" }],
    },
    {
      name: "index-jsx",
      title: "`index.jsx` with React",
      bare: ["run", "-A", "index.jsx"],
      requests: [{ path: "/", contains: '<li class="item">two</li>' }],
    },
    {
      name: "tasks-start",
      title: "The task `start` with `deno run`",
      bare: ["task", "start"],
      requests: [{ path: "/", contains: "the start task" }],
    },
    {
      name: "tasks-serve",
      title: "The task `start` with `deno serve`",
      bare: ["task", "start"],
      requests: [{ path: "/", contains: "by a task" }],
    },
    {
      name: "package-main",
      title: "`main` of `package.json`",
      bare: ["run", "-A", "lib/app.js"],
      port: 3000,
      requests: [{ path: "/", contains: "shop 1.0.0" }],
    },
    {
      name: "package-start",
      title: "The script `start` of `package.json`",
      bare: ["run", "-A", "server.js"],
      port: 3000,
      requests: [{ path: "/", contains: "npm start" }],
    },
    {
      name: "manifest-entry",
      title: "Another file",
      bare: ["run", "-A", "services/api.ts"],
      setting: '`"entry": "services/api.ts"`',
      requests: [{ path: "/", contains: "named by the manifest" }],
    },
    {
      name: "static-folder",
      title: "A folder with `index.html` and no code",
      bare: undefined,
      requests: [
        { path: "/", contains: "without code" },
        { path: "/about/", contains: "About" },
        { path: "/css/site.css", contains: "teal" },
        {
          path: "/data/numbers.json",
          headers: { range: "bytes=0-2" },
          status: 206,
          contains: "[0,",
        },
        { path: "/none", status: 404, contains: "This page does not exist" },
        { path: "/%2e%2e/%2e%2e/etc/passwd", status: 404 },
      ],
    },
    {
      name: "static-spa",
      title: "A single-page application",
      bare: undefined,
      setting: '`"spa": true`',
      requests: [
        { path: "/", contains: "app" },
        { path: "/deep/link", headers: { accept: "text/html" }, contains: "app" },
        { path: "/assets/app.js", contains: "textContent" },
        { path: "/assets/none.js", status: 404 },
      ],
    },
    {
      name: "no-entry",
      title: "A file with another name",
      bare: ["run", "-A", "hello.ts"],
      requests: [{ path: "/", contains: "hello" }],
      refused: {
        says: /"?entry"?|index\.ts|main\.ts/,
        why:
          "Nothing says which file to run. Rename it to `main.ts`, or name it in `ddsrv.json`: " +
          '`"entry": "hello.ts"`',
      },
    },
  ],
};
