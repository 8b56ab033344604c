// Runs each morning: ddsrv.json names the time, and ddsrv sends a request then.
//
//   ddsrv schedules schedule
//   ddsrv schedules run schedule report
//   curl http://localhost:9999/schedule
let last = "There is no report yet\n";

Deno.serve((request) => {
  const { pathname } = new URL(request.url);
  if (pathname !== "/report") return new Response(last);
  // ddsrv removes this field from requests of clients.
  if (request.headers.get("x-ddsrv-schedule") !== "report") {
    return new Response("Only ddsrv may ask for a report\n", { status: 403 });
  }
  last = `Report of ${request.headers.get("x-ddsrv-schedule-tick")}\n`;
  return new Response("done\n");
});
