import { equal, match, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type FaultCode, faultOf } from "../../lib/proxy/http1/fault.ts";
import { PAGE_POLICY } from "../../lib/proxy/html_page.ts";
import { REFRESH_HTML, REFRESH_POLICY } from "../../lib/proxy/refresh_script.ts";
import { faultReply } from "../../lib/proxy/reply.ts";

const [, script = ""] = /<script>(.*)<\/script>/s.exec(REFRESH_HTML)!;

Deno.test("the policy of a page that refreshes allows its script, and no other", async () => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
  const hash = Buffer.from(digest).toString("base64");
  equal(REFRESH_POLICY, `${PAGE_POLICY}; script-src 'sha256-${hash}'; connect-src 'self'`);
});

Deno.test("faultReply() refreshes pages of passing faults after a GET, for browsers only", () => {
  const rows: readonly [FaultCode, boolean][] = [
    ["function-failed", true],
    ["upstream-failed", true],
    ["function-exited", true],
    ["function-unavailable", true],
    ["function-starting", true],
    ["function-stopped", true],
    ["function-busy", true],
    // The request was answered as it deserves, or repeating it costs the function much.
    ["function-not-found", false],
    ["malformed-request", false],
    ["rate-limited", false],
    ["upstream-timeout", false],
  ];
  for (const [code, isRefreshing] of rows) {
    const fault = faultOf(code, { message: "<script>alert(1)</script>" });
    const page = faultReply(fault, { isHtml: true, mayRefresh: true });
    equal(page.body.includes(REFRESH_HTML), isRefreshing, code);
    equal(page.body.split("<script>").length, isRefreshing ? 2 : 1, code);
    equal(
      page.fields!["content-security-policy"],
      isRefreshing ? REFRESH_POLICY : PAGE_POLICY,
      code,
    );
    const posted = faultReply(fault, { isHtml: true });
    ok(!posted.body.includes("<script>"), code);
    equal(faultReply(fault, { mayRefresh: true }).body, "<script>alert(1)</script>");
  }
});

/** Runs the script with a pretend browser; `answers` says if ddsrv answers with an error. */
async function browse(
  answers: readonly (boolean | "unreachable")[],
  kept: Record<string, string> = {},
) {
  const [waits, asked]: [number[], unknown[]] = [[], []];
  const loaded = Promise.withResolvers<void>();
  const left = [...answers];
  const page = {
    location: {
      pathname: "/shop/",
      href: "http://localhost/shop/?q",
      reload: () => loaded.resolve(),
    },
    sessionStorage: kept,
    document: { hidden: false },
    setTimeout(call: () => void, ms: number) {
      waits.push(ms);
      queueMicrotask(call);
    },
    fetch(url: string, init: unknown) {
      asked.push([url, init]);
      const isError = left.shift();
      if (isError === "unreachable") return Promise.reject(new TypeError("offline"));
      return Promise.resolve({ headers: new Headers(isError ? { "x-ddsrv-error": "x" } : {}) });
    },
  };
  new Function(...Object.keys(page), script)(...Object.values(page));
  await loaded.promise;
  return { waits, asked, kept };
}

Deno.test("the script loads the page again when the function answers, and asks ever less often", async () => {
  const errors = new Array(6).fill(true);
  const { waits, asked, kept } = await browse([...errors, "unreachable", false]);
  equal(String(waits), "1000,2000,4000,8000,16000,30000,30000,30000");
  equal(asked.length, 8);
  match(JSON.stringify(asked[0]), /^\["http:\/\/localhost\/shop\/\?q",{"method":"HEAD"/);
  // The page comes back with an error at once.
  const again = await browse([false], kept);
  equal(String(again.waits), "30000");
  const other = await browse([false], { "ddsrv:/shop/": '{"count":5,"atMs":1}' });
  equal(String(other.waits), "1000");
});
