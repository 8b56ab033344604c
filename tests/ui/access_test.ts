import { equal, match, ok, rejects } from "node:assert/strict";
import { formatCookie, readCookie } from "../../lib/ui/access/cookie.ts";
import { isOwnOrigin, type OriginFields } from "../../lib/ui/access/form_origin.ts";
import { createSessions, isOwnForm, MAX_AGE_MS } from "../../lib/ui/access/sessions.ts";
import { isTokenOfFile } from "../../lib/ui/access/token_file.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const HOST = "127.0.0.1:9998";

const ORIGINS: readonly (readonly [fields: Partial<OriginFields>, isOwn: boolean])[] = [
  [{ origin: `http://${HOST}`, site: "same-origin" }, true],
  [{ origin: `http://${HOST}`, site: "same-site" }, false],
  [{ origin: `http://${HOST}`, site: "cross-site" }, false],
  [{ origin: `http://${HOST}`, site: "none" }, false],
  [{ origin: "https://admin.example", site: "same-origin" }, true],
  [{ origin: `http://${HOST}` }, true],
  [{ origin: "http://127.0.0.1:9999" }, false],
  [{ origin: "https://evil.example" }, false],
  [{ origin: `http://${HOST}.evil.example` }, false],
  [{ origin: "null" }, false],
  [{ origin: "" }, false],
  [{}, true],
];

for (const [fields, isOwn] of ORIGINS) {
  Deno.test(`isOwnOrigin() ${isOwn ? "accepts" : "refuses"} ${JSON.stringify(fields)}`, () => {
    equal(isOwnOrigin({ host: HOST, origin: undefined, site: undefined, ...fields }), isOwn);
  });
}

Deno.test("createSessions() ends sessions that are old, unused, too many or logged out", () => {
  let nowMs = 0;
  const sessions = createSessions({ now: () => nowMs, maxSessions: 2 });
  const first = sessions.begin();
  equal(sessions.find(undefined), undefined);
  equal(sessions.find(`${first}x`), undefined);
  const { signal } = sessions.find(first)!;
  const second = sessions.begin();
  ok(sessions.find(first));
  sessions.begin();
  equal(sessions.find(second), undefined, "the least recently used one gives way");
  ok(sessions.find(first));
  nowMs += 2 * 3_600_000;
  equal(sessions.find(first), undefined, "unused for two hours");
  ok(signal.aborted);
  const used = sessions.begin();
  while (nowMs < 2 * 3_600_000 + MAX_AGE_MS) {
    ok(sessions.find(used));
    nowMs += 3_600_000;
  }
  equal(sessions.find(used), undefined, "over after twelve hours in spite of its use");
  const last = sessions.begin();
  sessions.end(last);
  equal(sessions.find(last), undefined);
});

Deno.test("isOwnForm() accepts the token of its own session alone", () => {
  const sessions = createSessions();
  const [one, other] = [sessions.begin(), sessions.begin()].map((key) => sessions.find(key)!);
  ok(isOwnForm(one!, one!.formToken));
  for (const token of [other!.formToken, "", null, undefined, one!.formToken.slice(1)]) {
    equal(isOwnForm(one!, token), false);
  }
});

Deno.test("formatCookie() hides the cookie from scripts and other sites, and gives it no path", () => {
  const cookie = formatCookie("ddsrv-ui-1", { value: "abc", isSecure: false });
  equal(cookie, "ddsrv-ui-1=abc; Max-Age=43200; HttpOnly; SameSite=Strict");
  match(formatCookie("a", { value: "abc", isSecure: true }), /; Secure$/);
  match(formatCookie("a", { value: "", isSecure: false }), /^a=; Max-Age=0;/);
});

Deno.test("readCookie() reads the first cookie of exactly that name", () => {
  equal(readCookie("b=1; a=2; a=3", "a"), "2");
  equal(readCookie("xa=1; a-b=2", "a"), undefined);
  equal(readCookie(undefined, "a"), undefined);
});

Deno.test("isTokenOfFile() compares with the first line, and refuses a short token", async () => {
  await using directory = await temporaryDirectory();
  const secret = "0123456789abcdef0123456789";
  const path = await directory.write("token", `${secret}\nsecond line\n`);
  equal(await isTokenOfFile(secret, path), true);
  equal(await isTokenOfFile(`${secret}\n`, path), false);
  equal(await isTokenOfFile("", path), false);
  equal(await isTokenOfFile("", undefined), false);
  const short = await directory.write("short", "1234\n");
  await rejects(isTokenOfFile("1234", short), /fewer than 24 characters/);
  const empty = await directory.write("empty", "");
  await rejects(isTokenOfFile("", empty), /fewer than 24 characters/);
});
