/**
 * Begin of the name of the page's cookies, see `cookieName()`. The proxy passes no such cookie to a
 * function: the page and the functions may have the same host, and a browser sends the cookies of a
 * host to all its ports.
 */
export const PAGE_COOKIE = "ddsrv-ui-";
