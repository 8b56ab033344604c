Deno.cron("every minute", "* * * * *", () => {
  console.log("now");
});

Deno.serve(() => new Response("scheduled"));
