/** Parts of a page of the proxy itself. */
export interface Page {
  /** Plain text. */
  readonly heading: string;
  /** HTML after the heading. */
  readonly content: string;
  /** HTML before the heading, such as a script. */
  readonly start?: string;
}

const STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:15vh auto;" +
  "padding:0 1rem;color:#222;background:#fff}h1{font-size:1.4rem}pre{white-space:pre-wrap;" +
  "overflow-wrap:anywhere;padding:1rem;background:#f4f4f4;border-radius:.5rem}" +
  "li{overflow-wrap:anywhere}a{color:#06c}" +
  "@media(prefers-color-scheme:dark){body{color:#eee;background:#181818}pre{background:#282828}" +
  "a{color:#7bf}}";

/** Content security policy of a page: its style, and nothing else. */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** Returns a complete page, which loads nothing. */
export function htmlPage({ heading, content, start = "" }: Page): string {
  const title = escapeHtml(heading);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}</style>
${start}<h1>${title}</h1>${content}
</html>
`;
}

/** Returns a text as HTML, for content and for attributes in quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
