/** Signs of life of one instance, from the requests sent to it. */
export interface Pulse {
  /** Requests that were sent, and whose response has not started. */
  waiting: number;
  /** Responses that have started since the instance became ready, tunnels included. */
  answers: number;
}
