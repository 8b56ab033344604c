/** A one-off run can't begin or go on, because of the function or of the request. */
export class RunRefused extends Error {
  override readonly name = "RunRefused";
}
