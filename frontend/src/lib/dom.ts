/** Small helpers for building light DOM without markup strings (which a strict CSP and escaping both dislike). */

type Child = Node | string | null | undefined;
type Attributes = Record<string, string | number | boolean | null | undefined>;

/** An element with attributes (true gives an empty one, false or null none) and children. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child): child is Node | string => child !== null && child !== undefined));
  return node;
}

/** An icon of the sprite whose address the page's head names. */
export function icon(name: string): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  const sprite = document.querySelector<HTMLMetaElement>('meta[name="ronda-icons"]')?.content ?? "";
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

let lastId = 0;
/** An id nobody else on the page has. */
export function freshId(prefix: string): string {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

/** True while the person is typing somewhere, so that single-key shortcuts stay quiet. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "reset", "file"].includes(target.type);
}

/** Puts a fixed box under `anchor` (above when there is no room), inside the window, and keeps it at least as wide when asked. */
export function placeUnder(box: HTMLElement, anchor: Element, { matchWidth = false, alignEnd = false } = {}): void {
  const at = anchor.getBoundingClientRect();
  if (matchWidth) box.style.width = `${at.width}px`;
  const { offsetWidth: width, offsetHeight: height } = box;
  const wanted = alignEnd ? at.right - width : at.left;
  const left = Math.max(8, Math.min(wanted, window.innerWidth - width - 8));
  const below = at.bottom + 4;
  const top = below + height > window.innerHeight - 8 && at.top - height - 4 > 8 ? at.top - height - 4 : below;
  box.style.left = `${Math.round(left)}px`;
  box.style.top = `${Math.round(top)}px`;
}

/** Calls `run` once things have been quiet for `wait` ms. */
export function debounce<A extends unknown[]>(run: (...given: A) => void, wait: number): (...given: A) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...given), wait);
  };
}

/** A custom element that builds itself once, again after a swap has replaced its inside, and forgets its listeners when it leaves. */
export abstract class RondaElement extends HTMLElement {
  private leaving = new AbortController();

  connectedCallback(): void {
    if (this.leaving.signal.aborted) this.leaving = new AbortController();
    this.listen();
    this.upgrade();
  }

  disconnectedCallback(): void {
    this.leaving.abort();
    this.left();
  }

  /** Ends with the element's stay in the page. */
  protected get signal(): AbortSignal {
    return this.leaving.signal;
  }

  /** Builds what is missing; called again when the inside may have changed, so it must not build twice. */
  abstract upgrade(): void;

  /** Listens to the document; called once per stay, with `signal`. */
  protected listen(): void {}

  /** Frees what the signal cannot. */
  protected left(): void {}
}

/** Rebuilds our elements whose inside a morphing swap may have reset. */
export function upgradeWithin(root: ParentNode): void {
  for (const node of root.querySelectorAll<HTMLElement>(":defined")) if (node instanceof RondaElement) node.upgrade();
}
