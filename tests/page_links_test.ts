import assert from "node:assert/strict";
import { dirname, join, normalize } from "node:path";
import { listPages, proseOf, readPage } from "./readme.ts";

/** A link from a page to another file or to a heading. */
interface Link {
  readonly page: string;
  readonly target: string;
}

/** Returns the relative links of a page, including images. */
function linksOf(page: string, markdown: string): Link[] {
  const prose = proseOf(markdown).replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = ""]) => ({ page, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target));
}

/** Returns the anchors that GitHub creates for a page's headings. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of proseOf(markdown).matchAll(/^#{1,6} (.*)$/gm)) {
    const anchor = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\- _]/gu, "").replaceAll(" ", "-");
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

async function problemOf({ page, target }: Link): Promise<string | undefined> {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : normalize(join(dirname(page), path));
  if (!await exists(file)) return `${page}: ${target} leads to no file`;
  if (anchor === undefined || !file.endsWith(".md")) return undefined;
  return anchorsOf(await readPage(file)).has(anchor)
    ? undefined
    : `${page}: ${target} leads to no heading`;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(new URL(`../${path}`, import.meta.url)).then(() => true, () => false);
}

Deno.test("relative links of all pages lead to files and headings that exist", async () => {
  const links: Link[] = [];
  for (const page of await listPages()) links.push(...linksOf(page, await readPage(page)));
  assert.ok(links.length > 80, `only ${links.length} links were found`);
  const problems = await Promise.all(links.map(problemOf));
  assert.deepEqual(problems.filter((problem) => problem !== undefined), []);
});

Deno.test("anchorsOf() makes GitHub's anchors", () => {
  const markdown = "# HTTP/2 and HTTP/3\n## The status is `failed`\n## A\n```\n# no\n```\n## A\n";
  assert.deepEqual([...anchorsOf(markdown)], [
    "http2-and-http3",
    "the-status-is-failed",
    "a",
    "a-1",
  ]);
});

Deno.test("every page of docs/ is reachable from README.md", async () => {
  const pages = await listPages();
  const reached = new Set(["README.md"]);
  for (const page of reached) {
    for (const { target } of linksOf(page, await readPage(page))) {
      const file = normalize(join(dirname(page), target.split("#")[0]!));
      if (pages.includes(file)) reached.add(file);
    }
  }
  const lost = pages.filter((page) => page.startsWith("docs/") && !reached.has(page));
  assert.deepEqual(lost, []);
});

Deno.test("source files that pages name exist", async () => {
  const missing: string[] = [];
  for (const page of ["ARCHITECTURE.md", "CONTRIBUTING.md"]) {
    const spans = [...proseOf(await readPage(page)).matchAll(/`([\w./-]+\/[\w.-]+\.(?:ts|js))`/g)];
    assert.ok(spans.length > 5, `only ${spans.length} files are named in ${page}`);
    for (const [, path = ""] of spans) {
      if (!await exists(path) && !await exists(`lib/${path}`)) missing.push(`${page}: ${path}`);
    }
  }
  assert.deepEqual(missing, []);
});
