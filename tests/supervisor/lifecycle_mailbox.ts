/** Undelivered events: in order on each channel, in any order between channels. */
export class Mailbox {
  readonly #queues = new Map<string, (() => void)[]>();

  post(channel: string, news: () => void): void {
    const queue = this.#queues.get(channel);
    if (queue === undefined) this.#queues.set(channel, [news]);
    else queue.push(news);
  }

  /** Delivers the oldest event of a channel; returns false if there is none. */
  deliver(index: number): boolean {
    const channels = [...this.#queues];
    if (channels.length === 0) return false;
    const [channel, queue] = channels[index % channels.length]!;
    const news = queue.shift()!;
    if (queue.length === 0) this.#queues.delete(channel);
    news();
    return true;
  }
}
