import type { PageContext } from "./page_env.ts";

/** Returns the fields of a form; of a body of another type, none. */
export async function readForm(c: PageContext): Promise<URLSearchParams> {
  const type = c.req.header("content-type") ?? "";
  const isForm = /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type);
  return new URLSearchParams(isForm ? await c.req.text() : "");
}
