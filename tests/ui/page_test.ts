import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { shownFiles } from "../../lib/ui/diff_lines.ts";
import { functionReport } from "../cli/function_report.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { formOf, openBrowserPage, TOKEN } from "./browser_page.ts";
import { ALL_STATES, fakeSource, HOSTILE } from "./fake_source.ts";

const ESCAPED = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;";

const READS = ["", "functions/shop", "functions/shop/logs", "schedules", "events"] as const;

Deno.test("page: each path but the login's needs a session", async () => {
  using browser = openBrowserPage();
  for (const path of [...READS, "functions/shop/events", "nothing", "functions/shop/logs/events"]) {
    const response = await browser.ask(`/_ui/${path}`);
    equal(response.status, 401, path);
    match(await response.text(), /<h1>Log in<\/h1>/);
  }
  for (const path of ["functions/shop/stop", "functions/shop/reload", "logout"]) {
    equal((await browser.ask(`/_ui/${path}`, formOf({ token: "" }))).status, 401, path);
  }
  deepEqual(browser.source.done, []);
  for (const file of ["style.css", "live.js", "icon.svg"]) {
    equal((await browser.ask(`/_ui/page/${file}`)).status, 200);
  }
  for (const file of ["page.tsx", "..%2fpage.tsx", "%2e%2e%2fpage.tsx", "toString", ""]) {
    ok((await browser.ask(`/_ui/page/${file}`)).status >= 401, file);
  }
});

Deno.test("page: a link logs in once, and its token leaves the address", async () => {
  let isUsed = false;
  using browser = openBrowserPage({
    takeLink: (token) => {
      const isRight = token === TOKEN && !isUsed;
      isUsed ||= isRight;
      return isRight;
    },
    acceptToken: () => Promise.resolve(false),
  });
  const link = `/_ui/?token=${TOKEN}`;
  equal((await browser.ask(link, { method: "HEAD" })).status, 401);
  equal((await browser.ask("/_ui/?token=wrong")).status, 403);
  equal(browser.cookies.size, 0);
  const response = await browser.ask(link);
  equal(response.status, 303);
  equal(response.headers.get("location"), "./");
  match(response.headers.get("set-cookie")!, /; HttpOnly; SameSite=Strict$/);
  equal((await browser.ask("/_ui/")).status, 200);
  // The same browser may open it again, another one may not.
  equal((await browser.ask(link)).status, 303);
  browser.cookies.clear();
  const second = await browser.ask(link);
  equal(second.status, 403);
  match(await second.text(), /A link works once/);
});

Deno.test("page: the login form compares the token, and limits attempts of an address", async () => {
  const LINK = "l".repeat(43);
  using browser = openBrowserPage({ now: () => 0, takeLink: (token) => token === LINK });
  for (let index = 0; index < 10; index++) {
    equal((await browser.ask("/_ui/login", formOf({ secret: `wrong-${index}` }))).status, 403);
  }
  const refused = await browser.ask("/_ui/login", formOf({ secret: TOKEN }));
  equal(refused.status, 403);
  equal(refused.headers.get("retry-after"), "6");
  match(await refused.text(), /Too many attempts/);
  // Pages of other sites in the same browser can use up the attempts.
  equal((await browser.ask(`/_ui/?token=${LINK}`)).status, 303);
  browser.cookies.clear();
  const other = { ...formOf({ secret: TOKEN }), address: "192.0.2.7" };
  equal((await browser.ask("/_ui/login", other)).status, 303);
});

Deno.test("page: a cookie of a wrong value, of an ended session or of a logout is nothing", async () => {
  let nowMs = 0;
  using browser = openBrowserPage({ now: () => nowMs });
  browser.cookies.set("ddsrv-ui-4711", "a".repeat(43));
  equal((await browser.ask("/_ui/")).status, 401);
  await browser.logIn();
  const [cookie = ""] = browser.cookies.values();
  equal((await browser.ask("/_ui/")).status, 200);
  equal((await browser.post("/_ui/logout")).status, 303);
  browser.cookies.set("ddsrv-ui-4711", cookie);
  equal((await browser.ask("/_ui/")).status, 401);
  await browser.logIn();
  nowMs += 12 * 3_600_000;
  equal((await browser.ask("/_ui/")).status, 401);
});

Deno.test("page: the cookie is secure if a trusted proxy speaks HTTPS", async () => {
  using browser = openBrowserPage();
  const response = await browser.ask("/_ui/login", {
    ...formOf({ secret: TOKEN }),
    isHttps: true,
  });
  match(response.headers.get("set-cookie")!, /; Secure$/);
});

Deno.test("page: forms change functions with --ui-write alone", async () => {
  for (const canWrite of [false, true]) {
    using browser = openBrowserPage({ canWrite: () => canWrite });
    await browser.logIn();
    const actions = ["reload", "stop", "start", "rollback"];
    for (const action of actions) {
      const response = await browser.post(`/_ui/functions/shop/${action}`);
      equal(response.status, canWrite ? 303 : 403);
      equal(response.headers.get("location"), canWrite ? "../../functions/shop" : null);
    }
    equal(
      (await browser.post("/_ui/functions/shop/run", { schedule: "report" })).status,
      canWrite ? 303 : 403,
    );
    deepEqual(
      browser.source.done,
      canWrite ? [...actions.map((action) => `${action} shop`), "run report of shop"] : [],
    );
    const html = await (await browser.ask("/_ui/functions/shop")).text();
    equal(html.includes("Stop shop"), canWrite);
    equal(html.includes("Read-only"), !canWrite);
  }
});

Deno.test("page: nothing changes with GET, without a form token, or from another site", async () => {
  using browser = openBrowserPage({ canWrite: () => true });
  await browser.logIn();
  const path = "/_ui/functions/shop/stop";
  equal((await browser.ask(path)).status, 404);
  equal((await browser.ask(path, { method: "PUT" })).status, 404);
  const html = await (await browser.ask("/_ui/functions/shop")).text();
  const token = /name="token" value="([^"]+)"/.exec(html)![1]!;
  equal((await browser.ask(path, formOf({}))).status, 403);
  equal((await browser.ask(path, formOf({ token: "x".repeat(43) }))).status, 403);
  const form = formOf({ token });
  const headers: readonly Readonly<Record<string, string>>[] = [
    { "origin": "https://evil.example", "sec-fetch-site": "cross-site" },
    { "origin": "http://127.0.0.1:9999", "sec-fetch-site": "same-site" },
    { "origin": "http://127.0.0.1:9999" },
    { "origin": "null" },
    { "sec-fetch-site": "cross-site" },
  ];
  for (const fields of headers) {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const response = await browser.ask(path, { ...form, headers: { ...type, ...fields } });
    equal(response.status, 403, JSON.stringify(fields));
  }
  const asText = { ...form, headers: { ...form.headers, "content-type": "text/plain" } };
  equal((await browser.ask(path, asText)).status, 403);
  deepEqual(browser.source.done, []);
  equal((await browser.ask(path, form)).status, 303);
  deepEqual(browser.source.done, ["stop shop"]);
});

Deno.test("page: the result of a form is on the next page, once", async () => {
  using browser = openBrowserPage({ canWrite: () => true });
  await browser.logIn();
  await browser.post("/_ui/functions/shop/rollback", { to: "ffffffffffff" });
  const page = async (): Promise<string> => await (await browser.ask("/_ui/functions/shop")).text();
  match(await page(), /role="alert">&quot;shop&quot; has no snapshot ffffffffffff/);
  doesNotMatch(await page(), /has no snapshot/);
  for (const path of ["shop/destroy", "nothing/stop", "..%2f..%2fx/stop", ".hidden/stop"]) {
    equal((await browser.post(`/_ui/functions/${path}`)).status, 404, path);
  }
});

Deno.test("page: all responses forbid foreign code, frames, caches and referrers", async () => {
  using browser = openBrowserPage();
  const paths = ["/_ui/", "/_ui/login", "/_ui/page/live.js", "/_ui/nothing", "/elsewhere"];
  const check = async (): Promise<void> => {
    for (const path of paths) {
      const { headers, body } = await browser.ask(path);
      await body?.cancel();
      const policy = headers.get("content-security-policy")!;
      match(
        policy,
        /^default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';/,
      );
      match(policy, /form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/);
      doesNotMatch(policy, /unsafe|\*|http/);
      equal(headers.get("x-content-type-options"), "nosniff");
      equal(headers.get("referrer-policy"), "same-origin");
      equal(headers.get("cache-control"), "no-store");
      equal(headers.get("cross-origin-opener-policy"), "same-origin");
    }
  };
  await check();
  await browser.logIn();
  await check();
});

Deno.test("page: names, reasons, diagnostics and problems are text, not HTML", async () => {
  using browser = openBrowserPage({ canWrite: () => true });
  await browser.logIn();
  const name = HOSTILE.replaceAll("/", "∕");
  for (const path of ["/_ui/", `/_ui/functions/${encodeURIComponent(name)}`, "/_ui/schedules"]) {
    const html = await (await browser.ask(path)).text();
    ok(html.includes(ESCAPED), path);
    doesNotMatch(html, /<script>|<script [^s]|\son\w+=|\sstyle=|javascript:/);
    equal(html.match(/<script/g)?.length, 1);
  }
  const missing = await (await browser.ask(`/_ui/functions/${encodeURIComponent(HOSTILE)}`)).text();
  doesNotMatch(missing, /<script>/);
});

Deno.test("page: each state of a function has a page that says why", async () => {
  using browser = openBrowserPage({ canWrite: () => true });
  await browser.logIn();
  const expected: Readonly<Record<string, RegExp>> = {
    archive: /data-state="idle">idle</,
    billing: /Type check failed.*TS2322 \[ERROR\]: Type &#39;string&#39;/s,
    mail: /Exited with code 1 three times.*Next retry: 2026-01-31 09:15:20 UTC/s,
    photos: /data-state="checking">checking</,
    queue: /data-state="starting">starting</,
    reports: /data-state="hung">hung<.*Its event loop is blocked/s,
    shop: /The newer revision <code>8f3c1d2e4b5a<\/code> failed.*<option value="a9b8c7d6e5f4">/s,
    temp: /data-state="draining">draining</,
    tools: /data-state="ignored">ignored</,
    wiki: /Stopped by hand.*id="start">Start</s,
  };
  for (const [name, pattern] of Object.entries(expected)) {
    const response = await browser.ask(`/_ui/functions/${name}`);
    equal(response.status, 200);
    const html = await response.text();
    match(html, pattern, name);
    ok(!html.includes("\x1b"), name);
  }
  const list = await (await browser.ask("/_ui/")).text();
  for (const { name } of ALL_STATES) {
    ok(list.includes(`functions/${encodeURIComponent(name).replaceAll("'", "&#39;")}"`), name);
  }
  equal((await browser.ask("/_ui/functions/nothing")).status, 404);
});

Deno.test("page: links are relative, so that it works behind a prefix", async () => {
  using browser = openBrowserPage({ canWrite: () => true });
  await browser.logIn();
  for (
    const path of ["/_ui/", "/_ui/functions/shop", "/_ui/functions/shop/logs", "/_ui/nothing/x"]
  ) {
    const html = await (await browser.ask(path)).text();
    const links = [...html.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, link]) => link!);
    ok(links.length > 5);
    for (const link of links) match(link, /^(?:$|\.\/|\.\.\/|#main$|http:\/\/127\.0\.0\.1:9999\/)/);
  }
  const bare = await browser.ask("/_ui");
  equal(bare.headers.get("location"), "./_ui/");
});

Deno.test("page: a list of 1,000 functions has 50 on a page, within 100 kB", async () => {
  const reports = Array.from(
    { length: 1_000 },
    (_, index) => functionReport({ name: `function-${String(index).padStart(4, "0")}` }),
  );
  using browser = openBrowserPage({ source: fakeSource(reports) });
  await browser.logIn();
  const html = await (await browser.ask("/_ui/?page=20")).text();
  equal(html.match(/<th scope="row">/g)!.length, 50);
  match(html, /951 to 1000 of 1000/);
  ok(html.length < 100_000, `${html.length} bytes`);
  const found = await (await browser.ask("/_ui/?q=0999")).text();
  equal(found.match(/<th scope="row">/g)!.length, 1);
});

Deno.test("page: the log shows colors and HTML as text", async () => {
  await using directory = await temporaryDirectory();
  const line = `2026-01-31T09:15:00.074Z stderr F \x1b[31m${HOSTILE}\x1b[0m \x1b[2J\x07\n`;
  await directory.write("shop.log", line);
  using browser = openBrowserPage({ source: fakeSource(ALL_STATES, directory.path) });
  await browser.logIn();
  const html = await (await browser.ask("/_ui/functions/shop/logs")).text();
  ok(html.includes(`<b class="red">${ESCAPED}</b>`));
  doesNotMatch(html, /<script>/);
  ok(!html.includes("\x1b"));
  match(html, /\\x07/);
  equal((await browser.ask("/_ui/functions/..%2fshop/logs")).status, 404);
  equal((await browser.ask("/_ui/functions/archive/logs")).status, 200);
});

Deno.test("page: the history of a function, with differences and a way back", async () => {
  using browser = openBrowserPage({ canWrite: () => true });
  await browser.logIn();
  const html = await (await browser.ask("/_ui/functions/shop/history")).text();
  match(html, /check failed<.*&lt;script&gt;/s);
  match(html, /ready, serves</);
  deepEqual([...html.matchAll(/diff\?from=(\w+)/g)].map(([, from]) => from), ["a9b8c7d6e5f4"]);
  match(html, /name="to" value="a9b8c7d6e5f4"/);
  doesNotMatch(html, /<script>/);
  match(await (await browser.ask("/_ui/functions/wiki/history")).text(), /No change is recorded/);

  const diff = await (await browser.ask("/_ui/functions/shop/diff?from=a9b8c7d6e5f4")).text();
  match(diff, /<span class="removed">- {2}return new Response\(&quot;shop&quot;\);/);
  match(diff, /<span class="added">\+.*&lt;script&gt;alert/);
  match(diff, /<code>\.env<\/code>.*changed, secret, the content is not shown/s);
  doesNotMatch(diff, /<script>/);
  ok(!diff.includes("\x1b"));
  for (const query of ["", "?from=../../x", "?from=a9b8&to=%22", "?from=a9b"]) {
    equal((await browser.ask(`/_ui/functions/shop/diff${query}`)).status, 404, query);
  }
  equal((await browser.ask("/_ui/functions/nothing/diff?from=a9b8c7d6e5f4")).status, 404);
  equal((await browser.ask("/_ui/functions/nothing/history")).status, 404);
});

Deno.test("shownFiles() limits files and lines of a page", () => {
  const file = {
    path: "a",
    change: "changed",
    kind: "text",
    hunks: "@@\n+a\n".repeat(900),
  } as const;
  const { files, isCut } = shownFiles([file, file, file]);
  deepEqual(files.map(({ lines }) => lines.length), [1_800, 1_200, 0]);
  equal(isCut, true);
  equal(shownFiles([file]).isCut, false);
  equal(shownFiles(new Array(300).fill({ ...file, hunks: null })).files.length, 200);
});

Deno.test("page: an error of the supervisor is a page, and a later request works", async () => {
  const source = fakeSource();
  const { functions } = source;
  using browser = openBrowserPage({ source, now: () => 0 });
  await browser.logIn();
  Object.assign(source, {
    functions: () => Promise.reject(new Error(`No supervisor is running: ${HOSTILE}`)),
  });
  const response = await browser.ask("/_ui/");
  equal(response.status, 502);
  match(response.headers.get("content-security-policy")!, /^default-src 'none'/);
  ok((await response.text()).includes(`No supervisor is running: ${ESCAPED}`));
  Object.assign(source, { functions });
  equal((await browser.ask("/_ui/")).status, 200);
});

Deno.test("page: the list says which version of a source is served, and since when it is stale", async () => {
  const plain = fakeSource();
  const source = {
    reference: `oci://registry.test/${HOSTILE}`,
    digest: "sha256:01",
    takenAt: "2026-01-30T09:15:00.000Z",
    checkedAt: "2026-01-30T10:00:00.000Z",
    failures: 1,
    problem: "It is away",
  };
  using without = openBrowserPage();
  await without.logIn();
  doesNotMatch(await (await without.ask("/_ui/")).text(), /Source oci/);
  const supervisor = async () => ({ ...await plain.supervisor(), source });
  using browser = openBrowserPage({ source: { ...plain, supervisor } });
  await browser.logIn();
  const html = await (await browser.ask("/_ui/")).text();
  ok(
    html.includes(
      `Source oci://registry.test/${ESCAPED}: sha256:01 since 2026-01-30T09:15:00.000Z`,
    ),
  );
  ok(html.includes("stale since 2026-01-30T10:00:00.000Z: It is away"));
});
