import type { ShapeGroup } from "../shape.ts";

const PLAIN = ["run", "-A", "index.ts"];
const WITH_ENV = ["run", "-A", "--env-file", "index.ts"];

const SETTING = '`"check": "graph"`, because of type errors';

/** Handlers in the manner of hosted edge functions, of which many do not pass a type check. */
export const EDGE: ShapeGroup = {
  title: "Handlers in the manner of edge functions",
  shapes: [
    {
      name: "edge-cors",
      title: "CORS in `_shared`",
      bare: PLAIN,
      requests: [{ path: "/", method: "OPTIONS", contains: "ok" }, {
        path: "/",
        method: "POST",
        body: '{"name":"Functions"}',
        contains: "Hello Functions!",
      }],
    },
    {
      name: "edge-catch-error",
      title: "`error.message` of a caught error",
      bare: PLAIN,
      setting: SETTING,
      requests: [{
        path: "/",
        method: "POST",
        body: '{"amount":-1}',
        status: 400,
        contains: "negative",
      }, { path: "/", method: "POST", body: '{"amount":1}', contains: "1" }],
    },
    {
      name: "edge-env-undefined",
      title: "`Deno.env.get()` where a string is needed",
      bare: WITH_ENV,
      setting: SETTING,
      requests: [{ path: "/", contains: "2bb80d53" }],
    },
    {
      name: "edge-implicit-any",
      title: "Parameters without types",
      bare: PLAIN,
      setting: SETTING,
      requests: [{
        path: "/",
        method: "POST",
        body: '{"user":{"name":"ann"}}',
        contains: "ann",
      }, { path: "/", method: "POST", body: "{}", contains: "nobody" }],
    },
    {
      name: "edge-missing-property",
      title: "Properties that the type does not have",
      bare: PLAIN,
      setting: SETTING,
      requests: [{ path: "/a", contains: '"path":"/a"' }],
    },
    {
      name: "edge-background",
      title: "`EdgeRuntime.waitUntil` where it exists",
      bare: PLAIN,
      requests: [{ path: "/", contains: "done" }],
    },
    {
      name: "edge-background-refused",
      title: "`EdgeRuntime.waitUntil` without a condition",
      bare: undefined,
      refused: {
        says: /EdgeRuntime/,
        why:
          "ddsrv has no `EdgeRuntime`, and the type check says so. Await the promise, or do not wait for it",
      },
    },
    {
      name: "edge-bearer-token",
      title: "A bearer token",
      bare: WITH_ENV,
      requests: [{ path: "/", status: 401 }, {
        path: "/",
        headers: { "authorization": "Bearer no" },
        status: 403,
      }, { path: "/", headers: { "authorization": "Bearer t0ken" }, contains: "authorized" }],
    },
    {
      name: "edge-webhook",
      title: "A webhook with an HMAC signature",
      bare: WITH_ENV,
      requests: [{ path: "/", method: "POST", body: '{"type":"paid"}', status: 400 }, {
        path: "/",
        method: "POST",
        body: '{"type":"paid"}',
        headers: {
          "x-signature": "cf205de78c817622d955dbd02e1988e968be20698fd8f6dfc2f5c964d7752a3a",
        },
        contains: "paid",
      }],
    },
    {
      name: "edge-rest",
      title: "A small REST API by method and path",
      bare: PLAIN,
      requests: [
        { path: "/tasks", method: "POST", body: '{"name":"a"}', status: 201 },
        { path: "/tasks/1", contains: '"name":"a"' },
        { path: "/tasks/1", method: "DELETE", status: 204 },
        { path: "/tasks/1", status: 404 },
      ],
    },
    {
      name: "edge-chat-stream",
      title: "A streamed chat completion",
      bare: PLAIN,
      requests: [{ path: "/", contains: "[DONE]" }],
    },
    {
      name: "edge-bot",
      title: "A chat bot's webhook",
      bare: PLAIN,
      requests: [{
        path: "/?secret=s",
        method: "POST",
        body: '{"message":{"chat":{"id":5},"text":"/echo a b"}}',
        contains: "a b",
      }, { path: "/", status: 405 }],
    },
    {
      name: "edge-image-svg",
      title: "A generated image with cache headers",
      bare: PLAIN,
      requests: [{ path: "/?label=passing", contains: "passing" }],
    },
    {
      name: "edge-html-form",
      title: "A page with a form",
      bare: PLAIN,
      requests: [{ path: "/", contains: "<form" }, {
        path: "/",
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "email=a%40b.example",
        contains: "a@b.example",
      }, {
        path: "/",
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "",
        status: 422,
      }],
    },
    {
      name: "edge-oauth",
      title: "A redirect with a state cookie",
      bare: PLAIN,
      requests: [{ path: "/login", status: 302 }, {
        path: "/callback?state=abc",
        headers: { "cookie": "state=abc" },
        contains: "signed in",
      }, { path: "/callback?state=x", status: 400 }],
    },
    { name: "edge-upload", title: "A file, checked and hashed", bare: PLAIN, client: "form.ts" },
    {
      name: "edge-rate-limit",
      title: "A rate limit in memory",
      bare: PLAIN,
      requests: [{ path: "/" }, { path: "/" }, { path: "/", status: 429 }],
    },
    {
      name: "edge-location",
      title: "Facts of the request",
      bare: PLAIN,
      requests: [{
        path: "/",
        headers: { "accept-language": "de, en", "user-agent": "a bot" },
        contains: '"isBot":true',
      }],
    },
    {
      name: "edge-untyped-client",
      title: "A client of one's own, used loosely",
      bare: PLAIN,
      setting: SETTING,
      requests: [{ path: "/", contains: "users" }],
    },
    {
      name: "edge-websocket",
      title: "A WebSocket relay",
      bare: PLAIN,
      setting: SETTING,
      client: "websocket.ts",
    },
    {
      name: "edge-module-imports",
      title: "Helpers in several modules, with a JSON module",
      bare: PLAIN,
      setting: SETTING,
      requests: [{ path: "/?language=de", contains: "Hallo world" }],
    },
  ],
};
