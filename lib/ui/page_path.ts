/** Path of the page. No function has it, because names with `_` in front are reserved. */
export const PAGE_PATH = "/_ui";
