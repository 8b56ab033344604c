const TYPES = {
  "style.css": "text/css; charset=utf-8",
  "live.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
} as const;

/** A file of the page. */
export interface PageFile {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads a stylesheet, script or picture; returns `undefined` for any other name. */
export async function readPageFile(name: string): Promise<PageFile | undefined> {
  if (!Object.hasOwn(TYPES, name)) return undefined;
  const text = await Deno.readTextFile(new URL(`page/${name}`, import.meta.url));
  return { text, headers: { "content-type": TYPES[name as keyof typeof TYPES] } };
}
