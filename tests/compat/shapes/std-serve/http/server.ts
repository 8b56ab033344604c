/** The interface of the old standard library's server. */
export async function serve(
  handler: (request: Request) => Response | Promise<Response>,
  { port = 8000, hostname = "0.0.0.0" } = {},
): Promise<void> {
  await Deno.serve({ port, hostname, onListen() {} }, handler).finished;
}
