// Run by main.ts, and not by the suite, which needs no browser.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import axe from "axe-core";
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
          const overflow = await tab.evaluate<number>(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth",
          );
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
void [equal, match, ok];
