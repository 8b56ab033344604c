/** Signs of life of one instance, as the requests that are sent to it see them. */
export interface Pulse {
  /** Requests that were sent to it and have no answer yet, not even its first byte. */
  waiting: number;
  /** Answers that have begun, since it became ready; tunnels are among them. */
  answers: number;
}
