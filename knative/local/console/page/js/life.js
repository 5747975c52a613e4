// How long a part of the page lives: until another is shown. What it started ends then.

import { connected, faults, flow } from "./api.js";
import { effect } from "./dom.js";

/** What a part is handed. */
export class Life {
  #control = new AbortController();
  /** For fetch. */
  signal = this.#control.signal;

  /** @param {() => void} act */
  onEnd(act) {
    this.signal.addEventListener("abort", act, { once: true });
  }

  /** Like `effect`, for as long as the part lives. @param {() => void} act */
  effect(act) {
    this.onEnd(effect(act));
  }

  /**
   * Now and every `ms`, one at a time, while the page can be seen.
   * @param {number} ms
   * @param {() => Promise<void>} act
   */
  every(ms, act) {
    let timer = 0;
    const turn = async () => {
      if (!document.hidden) await this.quietly(act);
      if (!this.signal.aborted) timer = window.setTimeout(turn, ms);
    };
    this.onEnd(() => clearTimeout(timer));
    void turn();
  }

  /**
   * Now, and while something flows through the shop, and once more after that. Not by the clock: whoever is asked would never sleep.
   * @param {number} ms  Between two at least.
   * @param {() => Promise<void>} act
   */
  whileItFlows(ms, act) {
    let rounds = 1;
    this.effect(() => {
      void [flow.value, faults.value];
      if (connected.value) rounds = 3;
    });
    this.every(ms, async () => {
      if (rounds <= 0) return;
      rounds -= 1;
      await act();
    });
  }

  /** Runs `act`; that it was ended halfway is no error. @param {() => Promise<void>} act */
  async quietly(act) {
    try {
      await act();
    } catch (error) {
      if (!this.signal.aborted) throw error;
    }
  }

  /**
   * @param {EventTarget} target
   * @param {string} type
   * @param {(event: any) => void} act
   */
  on(target, type, act) {
    target.addEventListener(type, act, { signal: this.signal });
  }

  /** A stream of events for as long as the part lives. @param {string} address */
  stream(address) {
    const stream = new EventSource(address);
    this.onEnd(() => stream.close());
    return stream;
  }

  end() {
    this.#control.abort();
  }
}
