/** How long the browser must have seen the dialog whole and uncovered before an approval counts, ms. */
export const visibleFor = 500;

/** What IntersectionObserver v2 says of one moment. */
export interface Sight {
  /** Nothing covers, fades, filters or transforms the page, in any frame above it. Undefined in a browser that cannot tell. */
  isVisible?: boolean;
  intersectionRatio: number;
}

/** Whether an approval in an embedded page counts: only while the browser itself vouches for what the person sees. */
export class Visibility {
  readonly #now: () => number;
  #since: number | null = null;

  /** `now`: ms, of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  saw({ isVisible, intersectionRatio }: Sight): void {
    // A site that scrolls the button under its own would leave a part of the page outside.
    const whole = isVisible === true && intersectionRatio > 0.99;
    if (!whole) this.#since = null;
    else this.#since ??= this.#now();
  }

  get proven(): boolean {
    return this.#since !== null && this.#now() - this.#since >= visibleFor;
  }
}

/**
 * Watches the whole of this page, as the person has it before them, by a pane of glass over it: its content may scroll. `look`
 * takes what the browser has seen and not yet told: called at the very click.
 */
export function watchVisibility(changed: () => void): { visibility: Visibility; look(): void } {
  const pane = document.createElement('div');
  // In a strip that a site squeezes the page into, what is asked would not stand beside the button: there the pane is cut off.
  const least = { minWidth: '280px', minHeight: '320px' };
  Object.assign(pane.style, { position: 'fixed', inset: '0', ...least, zIndex: '2147483647', pointerEvents: 'none' });
  pane.setAttribute('aria-hidden', 'true');
  document.body.append(pane);
  const visibility = new Visibility(() => performance.now());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const take = (entries: readonly IntersectionObserverEntry[]) => {
    for (const entry of entries) visibility.saw(entry as IntersectionObserverEntry & Sight);
    changed();
    clearTimeout(timer);
    timer = setTimeout(changed, visibleFor + 20);
  };
  // Not yet among the DOM's types: https://www.w3.org/TR/intersection-observer/, "trackVisibility".
  const options = { threshold: [0, 0.5, 0.99, 1], trackVisibility: true, delay: 100 };
  const observer = new IntersectionObserver(take, options as IntersectionObserverInit);
  observer.observe(pane);
  return { visibility, look: () => take(observer.takeRecords()) };
}
