import type { Server } from "./harness.ts";

/** A function that attempts requested operations and reports the result. */
export const PROBE = `Deno.serve(async (request) => {
  const [what, argument = ""] = decodeURIComponent(new URL(request.url).pathname.slice(1)).split("|");
  const attempts: Record<string, () => unknown> = {
    connect: async () => {
      const [hostname, port] = argument.split(" ");
      const connection = await Deno.connect({ hostname, port: Number(port) });
      connection.close();
      return "connected";
    },
    "connect-unix": async () => {
      (await Deno.connect({ transport: "unix", path: argument })).close();
      return "connected";
    },
    fetch: async () => {
      // Use a new connection: an established one continues even if the egress has changed since.
      using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
      return await (await fetch(argument, { client })).text();
    },
    resolve: async () => String(await Deno.resolveDns(argument, "A")),
    read: () => Deno.readTextFileSync(argument).slice(0, 40),
    list: () => [...Deno.readDirSync(argument)].map((entry) => entry.name).join(" "),
    write: () => { Deno.writeTextFileSync(argument, "x"); return "written"; },
    env: () => Object.keys(Deno.env.toObject()).sort().join(" "),
    uid: () => Deno.uid() + " " + Deno.gid(),
    user: async () => {
      const { userInfo, homedir, hostname } = await import("node:os");
      const { username, uid, homedir: home } = userInfo();
      return [username, uid === Deno.uid(), home === homedir(), hostname()].join(" ");
    },
    interfaces: () => Deno.networkInterfaces().map((one) => one.name + " " + one.address).join(", "),
    variable: () => Deno.env.get(argument) ?? "unset",
    serve: () => { Deno.serve({ port: Number(argument), onListen() {} }, () => new Response()); return "served"; },
    run: () => new Deno.Command("ip", { args: ["link"] }).outputSync().code,
  };
  try {
    return new Response(String(await attempts[what]!()));
  } catch (error) {
    const { name, message } = error as Error;
    return new Response("failed: " + name + ": " + message);
  }
});\n`;

/** Runs an operation in the function and returns its result in one line. */
export async function probe(server: Server, name: string, what: string): Promise<string> {
  return await (await fetch(`${server.url}/${name}/${encodeURIComponent(what)}`)).text();
}
