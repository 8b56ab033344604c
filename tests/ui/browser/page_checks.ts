// Run by main.ts, and not by the suite, which needs no browser.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Browser, type BrowserContext, chromium, type Page } from "npm:playwright-core@1.65.1";
import axe from "npm:axe-core@4.14.1";
import { functionReport } from "../../cli/function_report.ts";
import { TOKEN } from "../browser_page.ts";
import { ALL_STATES, HOSTILE } from "../fake_source.ts";
import { openPageServer, type PageServer } from "./page_server.ts";

const PICTURES = Deno.env.get("DDSRV_PICTURES")!;

const SIZES = {
  phone: { width: 390, height: 844 },
  desk: { width: 1280, height: 800 },
} as const;

const PAGES: Readonly<Record<string, string>> = {
  functions: "",
  filtered: "?status=trouble&q=i",
  function: "functions/shop",
  failed: "functions/billing",
  stopped: "functions/wiki",
  logs: "functions/shop/logs",
  history: "functions/shop/history",
  diff: "functions/shop/diff?from=a9b8c7d6e5f4",
  schedules: "schedules",
  missing: "functions/nothing",
};

async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: "/usr/bin/chromium",
    // Chromium's own sandbox does not start as root; it sees only this page.
    args: ["--no-sandbox"],
  });
}

async function openTab(
  browser: Browser,
  server: PageServer,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<{ readonly context: BrowserContext; readonly tab: Page; readonly errors: string[] }> {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  const errors: string[] = [];
  tab.on("pageerror", (error) => void errors.push(error.message));
  tab.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await tab.goto(server.loginUrl);
  return { context, tab, errors };
}

/** Returns axe's findings that are serious or critical. */
async function seriousFindings(tab: Page): Promise<string[]> {
  // The policy of the page forbids inline scripts; the debugger does not ask it.
  await tab.evaluate(axe.source);
  const { violations } = await tab.evaluate<axe.AxeResults>("axe.run()");
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

Deno.test("each page at two sizes in light and dark: pictures, and nothing serious for axe", async () => {
  await using server = await openPageServer();
  const browser = await launch();
  try {
    const findings: string[] = [];
    const { context: first } = await openTab(browser, server);
    for (let index = 0; index < 60; index++) {
      server.advance();
      await first.request.get(server.url);
    }
    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of ["light", "dark"] as const) {
        const { context, tab, errors } = await openTab(browser, server, { viewport, colorScheme });
        for (const [name, path] of Object.entries(PAGES)) {
          await tab.goto(server.url + path);
          await tab.screenshot({ path: `${PICTURES}/${name}-${size}-${colorScheme}.png` });
          findings.push(...(await seriousFindings(tab)).map((one) => `${name} ${size}: ${one}`));
          // The narrowest common phones have 360 px.
          if (size === "phone") await tab.setViewportSize({ ...viewport, width: 360 });
          const overflow = await tab.evaluate<number>(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth",
          );
          await tab.setViewportSize(viewport);
          if (overflow > 0) findings.push(`${name} ${size}: ${overflow} px too wide`);
        }
        await context.clearCookies();
        await tab.goto(server.url);
        await tab.screenshot({ path: `${PICTURES}/login-${size}-${colorScheme}.png` });
        findings.push(...await seriousFindings(tab));
        deepEqual(errors.filter((error) => !/status of (?:401|404)/.test(error)), []);
        await context.close();
      }
    }
    deepEqual(findings, []);
  } finally {
    await browser.close();
  }
});

async function withTab(
  run: (server: PageServer, browser: Browser) => Promise<void>,
  options: Parameters<typeof openPageServer>[0] = {},
): Promise<void> {
  await using server = await openPageServer(options);
  const browser = await launch();
  try {
    await run(server, browser);
  } finally {
    await browser.close();
  }
}

Deno.test("without a script: log in by the form, filter, stop, roll back, log out", async () => {
  await withTab(async (server, browser) => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const tab = await context.newPage();
    await tab.goto(server.url);
    await tab.getByLabel("Token").fill("wrong");
    await tab.getByRole("button", { name: "Log in" }).click();
    match(await tab.getByRole("alert").innerText(), /not valid/);
    await tab.getByLabel("Token").fill(TOKEN);
    await tab.getByRole("button", { name: "Log in" }).click();
    equal(tab.url(), server.url);
    await tab.getByLabel("Name contains").fill("sho");
    await tab.getByRole("button", { name: "Filter" }).click();
    equal(await tab.locator("tbody tr").count(), 1);
    await tab.getByRole("link", { name: "shop" }).click();
    await tab.getByText("Stop…").click();
    await tab.getByRole("button", { name: "Stop shop" }).click();
    match(await tab.getByRole("status").last().innerText(), /shop stops/);
    await tab.getByText("Roll back…").click();
    await tab.getByLabel("Restore revision").selectOption("a9b8c7d6e5f4");
    await tab.getByRole("button", { name: "Roll back shop" }).click();
    await tab.getByRole("link", { name: "Schedules" }).click();
    await tab.getByRole("button", { name: "Run now: report of shop" }).click();
    deepEqual(server.source.done, ["stop shop", "rollback shop", "run report of shop"]);
    await tab.getByRole("link", { name: "Functions", exact: true }).click();
    await tab.getByRole("link", { name: "shop", exact: true }).click();
    await tab.getByRole("link", { name: "Logs" }).click();
    match(await tab.getByRole("log").innerText(), /<script>alert\("1"\)<\/script>/);
    await tab.getByRole("button", { name: "Log out" }).click();
    await tab.goto(`${server.url}functions/shop`);
    equal(await tab.getByRole("heading").innerText(), "Log in");
  });
});

Deno.test("live: values, states, new functions and log lines come without a reload", async () => {
  await withTab(async (server, browser) => {
    const { tab, errors } = await openTab(browser, server);
    await tab.evaluate("globalThis.isSamePage = true");
    await tab.getByText("Live").waitFor();
    server.source.reports = server.source.reports.map((report) =>
      report.name === "shop" ? { ...report, status: "hung" } : report
    );
    await tab.locator('[data-live="shop/status"][data-state="hung"]').waitFor();
    match(await tab.locator("#announce").textContent() ?? "", /shop: hung/);
    server.source.reports = [
      ...server.source.reports,
      { ...server.source.reports.at(-1)!, name: "zebra" },
    ];
    await tab.getByRole("link", { name: "zebra" }).waitFor();
    await tab.locator(`[data-live="shop/rate"]:not(:text("–"))`).waitFor();
    equal(await tab.evaluate("globalThis.isSamePage"), true);
    equal(new URL(tab.url()).search, "");

    await tab.goto(`${server.url}functions/shop/logs`);
    await tab.getByText("Live").waitFor();
    await server.addLine('\x1b[32mgood\x1b[0m <img src=x onerror="alert(1)"> \x1b[2J');
    await tab.getByText('good <img src=x onerror="alert(1)">').waitFor();
    equal(await tab.locator("#log img").count(), 0);
    equal(await tab.locator("#log b.green", { hasText: "good" }).count(), 1);
    for (let index = 0; index < 5; index++) {
      for (let line = 0; line < 280; line++) await server.addLine(`line ${index}-${line}`);
      await tab.getByText(`line ${index}-279`).waitFor();
    }
    equal(await tab.locator("#log > div").count(), 1_000);
    deepEqual(errors, []);
  });
});

Deno.test("live: a page that somebody uses is not replaced under their hands", async () => {
  await withTab(async (server, browser) => {
    const { tab } = await openTab(browser, server);
    await tab.goto(`${server.url}functions/shop`);
    await tab.getByText("Live").waitFor();
    await tab.getByText("Stop…").click();
    server.source.reports = server.source.reports.map((report) =>
      report.name === "shop" ? { ...report, reason: "Something new" } : report
    );
    await tab.waitForTimeout(5_000);
    equal(await tab.getByText("Something new").count(), 0);
    equal(await tab.getByRole("button", { name: "Stop shop" }).isVisible(), true);
    await tab.getByText("Stop…").click();
    await tab.getByText("Something new").waitFor();

    // The result of a form stays, although the page is loaded again.
    await tab.getByRole("button", { name: "Reload" }).click();
    await tab.getByText("shop reloads.").waitFor();
    server.source.reports = server.source.reports.map((report) =>
      report.name === "shop" ? { ...report, reason: "Something newer" } : report
    );
    await tab.getByText("Something newer").waitFor();
    equal(await tab.getByText("shop reloads.").count(), 1);
  });
});

Deno.test("attacks: another site's form, another port of the host, a frame, a stolen cookie", async () => {
  await withTab(async (server, browser) => {
    const { context, tab } = await openTab(browser, server);
    const [cookie] = await context.cookies();
    deepEqual([cookie!.httpOnly, cookie!.sameSite, cookie!.path], [true, "Strict", "/_ui"]);
    await tab.goto(`${server.url}functions/shop`);
    const token = await tab.locator('.actions input[name="token"]').first().inputValue();
    const attack = `<form id="f" method="post" action="${server.url}functions/shop/stop">` +
      `<input name="token" value="${token}"></form><iframe src="${server.url}"></iframe>` +
      `<img src="${server.url}functions/shop/stop">`;
    const seen: string[] = [];
    await using evil = Deno.serve({ hostname: "0.0.0.0", port: 0, onListen() {} }, (request) => {
      seen.push(request.headers.get("cookie") ?? "");
      return new Response(attack, { headers: { "content-type": "text/html" } });
    });
    // The same host with another port, as functions have it, and another host.
    for (const host of ["127.0.0.1", "127.0.0.2", "localhost"]) {
      const lured = await context.newPage();
      await lured.goto(`http://${host}:${evil.addr.port}/_ui`);
      await lured.goto(`http://${host}:${evil.addr.port}/shop`);
      match(await lured.frames()[1]!.content().catch(() => ""), /^(?!.*Functions).*$/s);
      const answer = lured.waitForResponse((response) => response.request().method() === "POST");
      await lured.evaluate("document.getElementById('f').submit()").catch(() => {});
      ok([401, 403].includes((await answer).status()), host);
      await lured.close();
    }
    deepEqual(server.source.done, []);
    // The path of the page has the cookie on each port; no function has that path.
    deepEqual(seen.filter((text, index) => text !== "" && index % 2 === 1), []);

    await tab.goto(server.url);
    await tab.getByRole("button", { name: "Log out" }).click();
    await context.addCookies([{ ...cookie!, expires: -1 }]);
    await tab.goto(server.url);
    equal(await tab.getByRole("heading").innerText(), "Log in");
  });
});

Deno.test("keyboard: skip link, visible focus, every control in order, and Enter stops", async () => {
  await withTab(async (server, browser) => {
    const { tab } = await openTab(browser, server);
    await tab.goto(`${server.url}functions/shop`);
    await tab.keyboard.press("Tab");
    equal(await tab.evaluate("document.activeElement.textContent"), "Skip to content");
    const outline = await tab.evaluate("getComputedStyle(document.activeElement).outlineStyle");
    equal(outline, "solid");
    await tab.keyboard.press("Enter");
    const reached: string[] = [];
    for (let index = 0; index < 8; index++) {
      await tab.keyboard.press("Tab");
      reached.push(await tab.evaluate<string>("document.activeElement.textContent"));
    }
    const [overview, logs, history, url, reload, rollback, stop] = reached;
    deepEqual([overview, logs, history, reload, rollback, stop], [
      ...["Overview", "Logs", "History", "Reload", "Roll back…", "Stop…"],
    ]);
    match(url!, /^http/);
    await tab.locator("#stop").focus();
    await tab.keyboard.press("Enter");
    await tab.keyboard.press("Tab");
    await tab.keyboard.press("Enter");
    await tab.getByText("shop stops.").waitFor();
    deepEqual(server.source.done, ["stop shop"]);
  });
});

Deno.test("behind a proxy with a prefix: log in, look, stop", async () => {
  await withTab(async (server, browser) => {
    await using proxy = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        const { pathname, search } = new URL(request.url);
        if (!pathname.startsWith("/ddsrv/")) return new Response("another program");
        const headers = new Headers(request.headers);
        headers.delete("host");
        return await fetch(server.url + pathname.slice("/ddsrv/".length) + search, {
          method: request.method,
          headers,
          body: request.body,
          redirect: "manual",
        });
      },
    );
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${proxy.addr.port}/ddsrv/?token=${TOKEN}`);
    await tab.getByText("Live").waitFor();
    await tab.getByRole("link", { name: "shop", exact: true }).click();
    await tab.getByText("Stop…").click();
    await tab.getByRole("button", { name: "Stop shop" }).click();
    await tab.getByText("shop stops.").waitFor();
    equal(new URL(tab.url()).pathname, "/ddsrv/functions/shop");
    deepEqual(server.source.done, ["stop shop"]);
    await tab.close();
  });
});

Deno.test("the picture of docs/ui.md, of at most 100 kB", async () => {
  const reports = ALL_STATES.filter(({ reason }) => reason !== HOSTILE)
    .map((report) => report.name === "shop" ? { ...report, failedRevision: null } : report);
  await withTab(async (server, browser) => {
    const { tab } = await openTab(browser, server, { viewport: { width: 1200, height: 760 } });
    for (let index = 0; index < 60; index++) {
      server.advance();
      await tab.context().request.get(server.url);
    }
    await tab.goto(`${server.url}functions/shop`);
    await tab.getByText("Live").waitFor();
    const picture = await tab.screenshot({ path: `${PICTURES}/docs.png` });
    ok(picture.length <= 100_000, `${picture.length} bytes`);
  }, { reports });
});

Deno.test("1,000 functions: the list is fast, and its events are small", async () => {
  const reports = Array.from(
    { length: 1_000 },
    (_, index) => functionReport({ name: `function-${String(index).padStart(4, "0")}` }),
  );
  await withTab(async (server, browser) => {
    const { tab } = await openTab(browser, server, { viewport: { width: 360, height: 740 } });
    equal(await tab.locator("tbody tr").count(), 50);
    await tab.getByRole("link", { name: "Next" }).click();
    match(await tab.getByText(/51 to 100 of 1000/).innerText(), /1000/);
    const timing = await tab.evaluate<number>(
      "performance.getEntriesByType('navigation')[0].responseEnd",
    );
    const size = await tab.evaluate<number>("document.documentElement.outerHTML.length");
    ok(timing < 2_000 && size < 150_000, `${timing} ms, ${size} characters`);
    const width = await tab.evaluate<number>("document.documentElement.scrollWidth");
    equal(width, 360);
    await tab.screenshot({ path: `${PICTURES}/thousand-phone-light.png` });
  }, { reports });
});
