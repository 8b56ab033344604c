import { hostname, tmpdir, userInfo } from "node:os";

const { username, homedir } = userInfo();

Deno.serve(() =>
  Response.json({
    hasUser: username.length > 0,
    hasHome: homedir.startsWith("/"),
    hasHost: hostname().length > 0,
    temporary: tmpdir(),
  })
);
