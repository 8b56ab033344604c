import { createSSRApp, h, ref } from "npm:vue@3.5.13";
import { renderToString } from "npm:@vue/server-renderer@3.5.13";

Deno.serve(async () => {
  const app = createSSRApp({
    setup() {
      const count = ref(1);
      return () => h("button", { onClick: () => count.value++ }, `count ${count.value}`);
    },
  });
  return new Response(await renderToString(app), { headers: { "content-type": "text/html" } });
});
