/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { FunctionReport } from "../../control/api.ts";
import { FormToken, type Frame } from "./layout.tsx";

/** Buttons that change a function; what interrupts its users asks once more. */
export function Actions(
  { frame, report }: { readonly frame: Frame; readonly report: FunctionReport },
): JSX.Element {
  const { name, kept, stoppedAt } = report;
  const isStopped = stoppedAt !== null;
  return (
    <div class="actions" role="group" aria-label={`Change ${name}`}>
      {isStopped
        ? (
          <ActionForm frame={frame} name={name} action="start">
            <button type="submit" id="start">Start</button>
          </ActionForm>
        )
        : (
          <ActionForm frame={frame} name={name} action="reload">
            <button type="submit" id="reload">Reload</button>
          </ActionForm>
        )}
      {kept.length > 0 && (
        <details name="confirm">
          <summary id="rollback">Roll back…</summary>
          <ActionForm frame={frame} name={name} action="rollback">
            <label for="to">Restore revision</label>
            <select id="to" name="to">
              <option value="">the one before</option>
              {kept.map((revision) => <option value={revision}>{revision}</option>)}
            </select>
            <button type="submit" class="strong">Roll back {name}</button>
          </ActionForm>
        </details>
      )}
      {!isStopped && (
        <details name="confirm">
          <summary id="stop">Stop…</summary>
          <ActionForm frame={frame} name={name} action="stop">
            <p>Requests get 503 until somebody starts it again.</p>
            <button type="submit" class="strong">Stop {name}</button>
          </ActionForm>
        </details>
      )}
    </div>
  );
}

function ActionForm(
  { frame, name, action, children }: {
    readonly frame: Frame;
    readonly name: string;
    readonly action: "reload" | "rollback" | "start" | "stop";
    readonly children: Child;
  },
): JSX.Element {
  const path = `functions/${encodeURIComponent(name)}/${action}`;
  return (
    <form method="post" action={frame.root + path}>
      <FormToken session={frame.session} />
      {children}
    </form>
  );
}
