import assert from "node:assert/strict";
import { isNotModified, isRangeValid, validatorsOf } from "../../lib/sandbox/site/conditions.js";
import { contentType } from "../../lib/sandbox/site/content_types.js";
import { isPrivate, parsePath, withSlash } from "../../lib/sandbox/site/file_path.js";
import { parseRange } from "../../lib/sandbox/site/range.js";
import { createSite } from "../../lib/sandbox/site/site.js";
import { siteOf, sitePermissions } from "../../lib/sandbox/site.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const WHOLE = "whole";
const UNSATISFIABLE = "unsatisfiable";

const ranges: readonly [field: string | null, size: number, range: string][] = [
  [null, 10, WHOLE],
  ["", 10, WHOLE],
  ["bytes=0-3", 10, "0-3"],
  ["bytes=4-", 10, "4-9"],
  ["bytes=-3", 10, "7-9"],
  ["bytes=-30", 10, "0-9"],
  ["bytes=5-500", 10, "5-9"],
  ["BYTES= 1-2 ", 10, "1-2"],
  ["bytes=0-0", 1, "0-0"],
  ["bytes=10-", 10, UNSATISFIABLE],
  ["bytes=10-12", 10, UNSATISFIABLE],
  ["bytes=-0", 10, UNSATISFIABLE],
  ["bytes=0-", 0, UNSATISFIABLE],
  ["bytes=-1", 0, UNSATISFIABLE],
  [`bytes=${"9".repeat(400)}-`, 10, UNSATISFIABLE],
  [`bytes=0-${"9".repeat(400)}`, 10, "0-9"],
  ["bytes=3-1", 10, WHOLE],
  ["bytes=-", 10, WHOLE],
  ["bytes=0-1,3-4", 10, WHOLE],
  ["bytes=a-b", 10, WHOLE],
  ["bytes=1.5-2", 10, WHOLE],
  ["bytes=+1-2", 10, WHOLE],
  ["items=0-1", 10, WHOLE],
];

for (const [field, size, expected] of ranges) {
  Deno.test(`parseRange(${JSON.stringify(field)?.slice(0, 40)}, ${size})`, () => {
    const range = parseRange(field, size);
    assert.equal(range.type === "part" ? `${range.first}-${range.last}` : range.type, expected);
  });
}

const paths: readonly [pathname: string, names: string[] | undefined, isFolder?: boolean][] = [
  ["/", [], true],
  ["/a.txt", ["a.txt"], false],
  ["/a/b/", ["a", "b"], true],
  ["/%C3%A9%20x", ["é x"], false],
  ["/100%25", ["100%"], false],
  ["/a%252fb", ["a%2fb"], false],
  ["/%", undefined],
  ["/%ff", undefined],
  ["/%00", undefined],
  ["/a%0Ab", undefined],
  ["/a%2fb", undefined],
  ["/..%2f..%2fetc%2fpasswd", undefined],
  ["/a%5Cb", undefined],
  ["//", undefined],
  ["//etc/passwd", undefined],
  ["/a//b", undefined],
];

for (const [pathname, names, isFolder] of paths) {
  Deno.test(`parsePath("${pathname}")`, () => {
    assert.deepEqual(parsePath(pathname), names && { names, isFolder });
  });
}

Deno.test("isPrivate() hides dotfiles and env files, except .well-known", () => {
  for (const name of [".env", ".git", ".", "..", "production.env", ".npmrc"]) {
    assert.ok(isPrivate(["a", name]), name);
  }
  assert.ok(isPrivate([".git", "config"]));
  assert.ok(isPrivate([".well-known", ".env"]));
  for (const names of [[".well-known", "security.txt"], ["a.b"], ["env"], []]) {
    assert.ok(!isPrivate(names), names.join("/"));
  }
});

Deno.test("withSlash() is relative, and no scheme for a name with a colon", () => {
  for (
    const [url, expected] of [
      ["http://a.test/docs", "http://a.test/docs/"],
      ["http://a.test/docs/api?x=1", "http://a.test/docs/api/?x=1"],
      ["http://a.test/javascript:x", "http://a.test/javascript:x/"],
      ["http://a.test/a%2Fb", "http://a.test/a%2Fb/"],
    ] as const
  ) {
    const location = withSlash(new URL(url));
    assert.equal(new URL(location, url).href, expected);
    // Behind a prefix that the function does not see.
    const { pathname } = new URL(url);
    const outer = new URL(location, `http://b.test/name${pathname}`).pathname;
    assert.equal(outer, `/name${pathname}/`);
  }
});

Deno.test("contentType() knows extensions in any case, and nothing of objects", () => {
  assert.equal(contentType("/a/INDEX.HTML"), "text/html; charset=utf-8");
  assert.equal(contentType("/a.b/x.mjs"), "text/javascript; charset=utf-8");
  assert.equal(contentType("/a/x.svg"), "image/svg+xml");
  for (const name of ["/a.html/x", "/x.constructor", "/x.", "/LICENSE"]) {
    assert.equal(contentType(name), "application/octet-stream", name);
  }
});

const file = { size: 11, mtime: new Date("2026-01-02T03:04:05.678Z"), ino: 7 };
const { etag, lastModified } = validatorsOf(file);
const EARLIER = "Fri, 02 Jan 2026 03:04:04 GMT";

const known: readonly [headers: Record<string, string>, isNotModified: boolean][] = [
  [{}, false],
  [{ "if-none-match": etag }, true],
  [{ "if-none-match": `"x", W/${etag}` }, true],
  [{ "if-none-match": "*" }, true],
  [{ "if-none-match": '"x"' }, false],
  [{ "if-none-match": '"x"', "if-modified-since": lastModified }, false],
  [{ "if-modified-since": lastModified }, true],
  [{ "if-modified-since": EARLIER }, false],
  [{ "if-modified-since": "yesterday" }, false],
];

for (const [headers, expected] of known) {
  Deno.test(`isNotModified() with ${JSON.stringify(headers)}`, () => {
    assert.equal(isNotModified(new Headers(headers), validatorsOf(file)), expected);
  });
}

Deno.test("validatorsOf() differs by size, time and file", () => {
  assert.match(etag, /^"[0-9a-f]+-b-7"$/);
  for (const other of [{ size: 12 }, { mtime: new Date(file.mtime.getTime() + 1) }, { ino: 8 }]) {
    assert.notEqual(validatorsOf({ ...file, ...other }).etag, etag);
  }
});

Deno.test("isRangeValid() needs exactly the same file", () => {
  const isValid = (field: string): boolean =>
    isRangeValid(new Headers({ "if-range": field }), { etag, lastModified });
  assert.ok(isRangeValid(new Headers(), { etag, lastModified }));
  assert.deepEqual([etag, lastModified].map(isValid), [true, true]);
  assert.deepEqual([`W/${etag}`, '"x"', EARLIER].map(isValid), [false, false, false]);
});

Deno.test("siteOf() serves the directory of the page, without settings and env files", () => {
  const options = { directory: "/f/a", isSpa: true, envFiles: ["settings/x", "../../etc/env"] };
  assert.equal(siteOf({ ...options, entry: "index.ts" }), undefined);
  const site = siteOf({ ...options, entry: "dist/index.html" })!;
  assert.deepEqual([site.folder, site.root, site.isSpa], ["/f/a", "/f/a/dist", true]);
  for (const name of ["ddsrv.json", ".env", ".npmrc", "deno.json", "package.json", "settings/x"]) {
    assert.ok(site.hidden.includes(name), name);
  }
  const { read, ...others } = sitePermissions(site, { isSandboxed: true });
  assert.deepEqual(read, ["/f/a"]);
  assert.deepEqual(new Set(Object.values(others)), new Set([false]));
});

/** Sends a request; returns status, body and some header fields. */
async function ask(
  site: (request: Request) => Promise<Response>,
  path: string,
  { method = "GET", ...headers }: Readonly<Record<string, string>> = {},
): Promise<readonly [status: number, body: string, headers: Headers]> {
  const response = await site(new Request(`http://a.test${path}`, { method, headers }));
  return [response.status, await response.text(), response.headers];
}

Deno.test("a site serves files, directories with a page, and a page for missing files", async () => {
  await using directory = await temporaryDirectory();
  const files = {
    "index.html": "root",
    "404.html": "no such page",
    "docs/index.html": "docs",
    "bare/x.txt": "x",
    "a b%.txt": "0123456789",
    "empty.css": "",
    ".env": "SECRET",
    ".git/config": "SECRET",
    ".well-known/security.txt": "contact",
    "ddsrv.json": "SECRET",
    "own.secret": "SECRET",
  };
  for (const [path, text] of Object.entries(files)) await directory.write(`site/${path}`, text);
  await directory.write("outside.txt", "SECRET");
  const links = {
    "inside.txt": "a b%.txt",
    "outside.txt": "../outside.txt",
    "absolute.txt": directory.at("outside.txt"),
    "env.txt": ".env",
    "up": "..",
    "circle": "circle",
    "proc": "/proc/self/environ",
  };
  for (const [path, target] of Object.entries(links)) {
    await Deno.symlink(target, directory.at(`site/${path}`));
  }
  const folder = directory.at("site");
  const hidden = ["ddsrv.json", "own.secret"];
  const site = createSite({ folder, root: folder, isSpa: false, hidden });
  const missing = [
    ...["/nope", "/bare", "/bare/", "/empty.css/", "/.env", "/.git/config", "/ddsrv.json"],
    ...["/own.secret", "/outside.txt", "/absolute.txt", "/env.txt", "/up/outside.txt"],
    ...["/up/", "/circle", "/proc", "/%00", "/..%2foutside.txt", "/%ff", "//", "/index.html/x"],
    `/${"x".repeat(300)}`,
  ];
  for (const path of missing) {
    const [status, body, headers] = await ask(site, path);
    assert.deepEqual([status, body], [404, "no such page"], path);
    assert.equal(headers.get("etag"), null);
  }
  const [, root, headers] = await ask(site, "/");
  assert.equal(root, "root");
  assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(headers.get("cache-control"), "no-cache");
  assert.equal((await ask(site, "/docs/"))[1], "docs");
  const [status, , moved] = await ask(site, "/docs?x=1");
  assert.deepEqual([status, moved.get("location")], [301, "./docs/?x=1"]);
  assert.equal((await ask(site, "/.well-known/security.txt"))[1], "contact");
  assert.equal((await ask(site, "/a%20b%25.txt"))[1], "0123456789");
  assert.equal((await ask(site, "/inside.txt"))[1], "0123456789");
  assert.equal((await ask(site, "/docs/../index.html"))[1], "root");
  const [, none, empty] = await ask(site, "/empty.css");
  assert.deepEqual([none, empty.get("content-length")], ["", "0"]);
});

Deno.test("a site answers HEAD, ranges and conditions, and refuses other methods", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("index.html", "0123456789");
  const options = { folder: directory.path, root: directory.path, isSpa: false, hidden: [] };
  const site = createSite(options);
  const [, , whole] = await ask(site, "/");
  const tag = whole.get("etag")!;
  const [headStatus, headBody, head] = await ask(site, "/", { method: "HEAD", range: "bytes=1-2" });
  assert.deepEqual([headStatus, headBody, head.get("content-length")], [200, "", "10"]);
  const [status, body, part] = await ask(site, "/", { range: "bytes=2-4", "if-range": tag });
  assert.deepEqual([status, body], [206, "234"]);
  assert.deepEqual([part.get("content-range"), part.get("content-length")], ["bytes 2-4/10", "3"]);
  assert.deepEqual((await ask(site, "/", { range: "bytes=2-4", "if-range": '"x"' }))[0], 200);
  const [beyond, , length] = await ask(site, "/", { range: "bytes=10-" });
  assert.deepEqual([beyond, length.get("content-range")], [416, "bytes */10"]);
  const [same, nothing] = await ask(site, "/", { "if-none-match": tag, range: "bytes=0-1" });
  assert.deepEqual([same, nothing], [304, ""]);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const [refused, , headers] = await ask(site, "/", { method });
    assert.deepEqual([refused, headers.get("allow")], [405, "GET, HEAD"], method);
  }
  assert.equal((await ask(site, "/nope"))[1], "Not found\n");
  await directory.write("index.html", "changed");
  const [now, text] = await ask(site, "/", { "if-none-match": tag });
  assert.deepEqual([now, text], [200, "changed"]);
});

Deno.test("a site of one page shows it for pages, not for missing scripts", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("dist/index.html", "app");
  await directory.write("dist/app.js", "code");
  await directory.write("secret.txt", "SECRET");
  await Deno.symlink("../secret.txt", directory.at("dist/secret.txt"));
  const options = { folder: directory.path, root: directory.at("dist"), isSpa: true, hidden: [] };
  const site = createSite(options);
  assert.deepEqual((await ask(site, "/users/1")).slice(0, 2), [200, "app"]);
  assert.deepEqual((await ask(site, "/app.js")).slice(0, 2), [200, "code"]);
  assert.equal((await ask(site, "/old.js"))[0], 404);
  assert.equal((await ask(site, "/secret.txt"))[0], 404);
  assert.equal((await ask(site, "/a.b", { accept: "text/html,*/*" }))[1], "app");
  // Somebody replaces the directory with a link out of the folder.
  await Deno.rename(directory.at("dist"), directory.at("dist2"));
  await Deno.symlink("/etc", directory.at("dist"));
  assert.equal((await ask(site, "/passwd"))[0], 404);
  assert.equal((await ask(site, "/"))[0], 404);
});

Deno.test("a site closes its files when a client goes away", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("index.html", "x".repeat(1_000_000));
  const options = { folder: directory.path, root: directory.path, isSpa: false, hidden: [] };
  const site = createSite(options);
  const response = await site(new Request("http://a.test/"));
  const reader = response.body!.getReader();
  await reader.read();
  // The test runner reports a file that stays open.
  await reader.cancel();
});
