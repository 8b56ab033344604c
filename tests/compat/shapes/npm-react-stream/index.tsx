/** @jsxRuntime automatic */
/** @jsxImportSource npm:react@18.3.1 */
/** @jsxImportSourceTypes npm:@types/react@18.3.18 */
// @deno-types="npm:@types/react@18.3.18"
import { Suspense } from "npm:react@18.3.1";
// @deno-types="npm:@types/react-dom@18.3.5/server"
import { renderToReadableStream } from "npm:react-dom@18.3.1/server";

let waiting: Promise<void> | undefined;

function Slow() {
  if (waiting === undefined) {
    waiting = new Promise((resolve) => setTimeout(resolve, 50));
    throw waiting;
  }
  return <p>slow</p>;
}

function App() {
  return (
    <html>
      <body>
        <h1>Streamed</h1>
        <Suspense fallback={<i>wait</i>}>
          <Slow />
        </Suspense>
      </body>
    </html>
  );
}

Deno.serve(async () => {
  waiting = undefined;
  const stream = await renderToReadableStream(<App />);
  return new Response(stream, { headers: { "content-type": "text/html" } });
});
