import type { ShapeGroup } from "../shape.ts";

const RUN = ["run", "-A", "index.ts"];

/** Servers that need nothing but Deno. */
export const PLAIN: ShapeGroup = {
  title: "Deno alone",
  shapes: [
    {
      name: "serve-handler",
      title: "`Deno.serve(handler)`",
      bare: RUN,
      requests: [
        { path: "/", contains: "GET /" },
        { path: "/a/b%20c?d=1&d=2", method: "PUT", body: "text", contains: "PUT /a/b%20c" },
        { path: "//double/", contains: "//double/" },
        { path: "/missing", status: 404 },
        { path: "/", method: "HEAD" },
        { path: "/", method: "OPTIONS", contains: "OPTIONS" },
      ],
    },
    {
      name: "serve-options",
      title: "`Deno.serve({ port: 3000 }, handler)`",
      bare: RUN,
      port: 3000,
      requests: [{ path: "/path", contains: "/path" }],
    },
    {
      name: "serve-object",
      title: "`Deno.serve({ handler })` on 127.0.0.1:8080",
      bare: RUN,
      port: 8080,
      requests: [{ path: "/", contains: "object" }],
    },
    {
      name: "serve-error",
      title: "Errors, redirects and empty responses",
      bare: RUN,
      requests: [
        { path: "/throw", status: 500 },
        { path: "/redirect", status: 302 },
        { path: "/nothing", status: 204 },
        { path: "/", status: 304 },
      ],
    },
    {
      name: "default-export",
      title: "`export default { fetch }`",
      bare: ["serve", "-A", "index.ts"],
      requests: [{ path: "/path", contains: "fetched /path" }],
    },
    {
      name: "std-serve",
      title: "`serve(handler)` in the manner of the old standard library",
      bare: RUN,
      requests: [{ path: "/", contains: "served GET" }],
    },
    {
      name: "tcp-http",
      title: "`Deno.listen` and HTTP by hand",
      bare: RUN,
      requests: [{ path: "/", contains: "bytes" }, { path: "/", contains: "bytes" }],
    },
    {
      name: "router",
      title: "Routes by `URLPattern`",
      bare: RUN,
      requests: [
        { path: "/notes", contains: '["1"]' },
        { path: "/notes/2", method: "PUT", body: "second", status: 204 },
        { path: "/notes/2", contains: "second" },
        { path: "/notes/3", status: 404 },
      ],
    },
    {
      name: "port-variable",
      title: "A port from `PORT`",
      bare: RUN,
      port: 4505,
      requests: [{ path: "/", contains: "on my port" }],
    },
    {
      name: "two-listeners",
      title: "Metrics on 9100, the application on 3000",
      bare: RUN,
      port: 3000,
      requests: [{ path: "/", contains: "the application" }],
    },
    {
      name: "metrics-and-port",
      title: "Metrics on 9100, the application on `PORT`",
      bare: RUN,
      port: 3000,
      requests: [{ path: "/", contains: "the application" }],
    },
    {
      name: "manifest-port",
      title: "Two listeners, of which the folder names one",
      bare: RUN,
      port: 5002,
      setting: '`"port": 5002`',
      requests: [{ path: "/", contains: "two" }],
    },
    {
      name: "self-fetch",
      title: "Requests to itself by `localhost:3000`",
      bare: RUN,
      port: 3000,
      requests: [{ path: "/", contains: '"inner":true' }],
    },
    {
      name: "streams",
      title: "Streamed responses and requests",
      bare: RUN,
      requests: [
        { path: "/lines", contains: "line 5" },
        { path: "/echo", method: "POST", body: "back to you", contains: "back" },
      ],
    },
    {
      name: "server-sent-events",
      title: "Server-sent events",
      bare: RUN,
      client: "server_sent_events.ts",
    },
    { name: "websocket", title: "`Deno.upgradeWebSocket`", bare: RUN, client: "websocket.ts" },
    { name: "upload-200mb", title: "An upload of 200 MB", bare: RUN, client: "upload.ts" },
    { name: "upload-form", title: "A form with a file", bare: RUN, client: "form.ts" },
    {
      name: "worker",
      title: "A worker",
      bare: RUN,
      requests: [{ path: "/?n=20", contains: "6765" }],
    },
    {
      name: "worker-npm",
      title: "A worker that imports from npm",
      bare: RUN,
      requests: [{ path: "/", method: "POST", body: "# Title", contains: "<h1>" }],
    },
    {
      name: "broadcast-channel",
      title: "`BroadcastChannel` between main thread and worker",
      bare: RUN,
      requests: [{ path: "/", method: "POST", body: "news", contains: "heard news" }],
    },
    {
      name: "computed-import",
      title: "Computed imports of the folder's own modules",
      bare: RUN,
      requests: [
        { path: "/hello", contains: "computed" },
        { path: "/time", contains: "UTC" },
        { path: "/nothing", status: 404 },
      ],
    },
    {
      name: "computed-npm",
      title: "A computed import of an npm package",
      bare: RUN,
      refused: {
        says: /uuid@11\.0\.3/,
        why: "Checks download packages, and the code names this one at run time only. Name the " +
          'package in `imports` of `deno.json`, or import it with a constant `"npm:…"`',
      },
      requests: [{ path: "/", contains: "-" }],
    },
    {
      name: "json-and-text",
      title: "A JSON module, and a file read at the start",
      bare: RUN,
      requests: [{ path: "/", contains: "From JSON" }],
    },
    {
      name: "wasm",
      title: "A WebAssembly module",
      bare: RUN,
      requests: [{ path: "/?a=2&b=40", contains: "42" }],
    },
    {
      name: "env-file",
      title: "Variables from `.env`",
      bare: ["run", "-A", "--env-file", "index.ts"],
      requests: [{ path: "/", contains: '"expanded":"onex"' }],
    },
    {
      name: "static-from-code",
      title: "Files that the code serves",
      bare: RUN,
      requests: [
        { path: "/", contains: "stylesheet" },
        { path: "/style.css", contains: "navy" },
        { path: "/none.svg", status: 404 },
      ],
    },
    {
      name: "uploads-folder",
      title: "Files written to `./uploads`",
      bare: RUN,
      setting: '`"writable": ["uploads"]`',
      requests: [
        { path: "/first.txt", contains: "delivered" },
        { path: "/a.txt", method: "PUT", body: "a file", status: 201 },
        { path: "/a.txt", contains: "a file" },
        { path: "/b.txt", status: 404 },
      ],
    },
    {
      name: "temporary-files",
      title: "Temporary files",
      bare: RUN,
      requests: [{ path: "/", method: "POST", body: "12345", contains: '"size":5' }],
    },
    {
      name: "private-files",
      title: "A file of the folder with mode 0640",
      bare: RUN,
      prepare: ["chmod", "0640", "secrets/token.txt"],
      refused: {
        says: /chmod -R a\+rX/,
        why:
          "The function runs as its own user, who can't read the file. Run `chmod -R a+rX` on the " +
          "folder",
      },
      requests: [{ path: "/", headers: { authorization: "Bearer s3cret" }, contains: "in" }],
    },
    {
      name: "deno-kv",
      title: "`Deno.openKv()`",
      bare: RUN,
      requests: [{ path: "/", contains: '"visits"' }],
    },
    {
      name: "deno-cron",
      title: "`Deno.cron`",
      bare: RUN,
      requests: [{ path: "/", contains: "scheduled" }],
    },
    {
      name: "user-info",
      title: "`os.userInfo()` and other facts about the host",
      bare: RUN,
      requests: [{ path: "/", contains: '"hasUser":true' }],
    },
    {
      name: "subprocess",
      title: "A program of the host",
      bare: RUN,
      setting: 'the operator\'s `"permissions": { "run": true }` for this function',
      operator: { permissions: { run: true } },
      requests: [{ path: "/", contains: "Linux" }],
    },
  ],
};
