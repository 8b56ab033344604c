/** Calls that `preload.js` adds for the function's own modules, with the names that Supabase uses. */
declare namespace EdgeRuntime {
  /**
   * Lets work go on after the answer: ddsrv keeps the instance until the promise has settled, for at
   * most `backgroundTimeout`. Returns the same promise.
   */
  function waitUntil<T>(promise: Promise<T>): Promise<T>;
}
