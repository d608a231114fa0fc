import { RondaElement, el, icon } from "../lib/dom.ts";
import { post, refusalText } from "../lib/http.ts";
import { say } from "../lib/i18n.ts";

export interface Toast { text: string; level?: "info" | "good" | "warn" | "bad"; undo?: string; url?: string; label?: string }

const ICONS = { info: "info", good: "circle-check", warn: "triangle-alert", bad: "circle-alert" };
const STAYS = { info: 6000, good: 5000, warn: 9000, bad: 0 };

/**
 * <ui-toasts role="status" aria-live="polite"> holds the server's <div class="toast toast-good">text</div> messages and shows
 * later ones. Errors stay until closed; the others leave after some seconds, never while the pointer or focus is on them.
 */
export class UiToasts extends RondaElement {
  upgrade(): void {
    for (const toast of this.querySelectorAll<HTMLElement>(".toast:not([data-ready])")) this.dress(toast);
  }

  protected override listen(): void {
    document.addEventListener("toast", (event) => this.heard(event as CustomEvent), { signal: this.signal });
  }

  private heard(event: CustomEvent): void {
    const given: unknown = event.detail?.value ?? event.detail;
    for (const one of Array.isArray(given) ? given : [given]) this.show(typeof one === "string" ? { text: one } : (one as Toast));
  }

  show(toast: Toast): void {
    if (!toast?.text) return;
    const node = el("div", { class: `toast toast-${toast.level ?? "info"}`, "data-undo": toast.undo }, el("span", { class: "toast-text" }, toast.text));
    if (toast.url) node.append(el("a", { href: toast.url }, toast.label ?? say("open")));
    this.append(node);
    this.dress(node);
  }

  private dress(node: HTMLElement): void {
    node.dataset["ready"] = "1";
    const level = (Object.keys(ICONS) as (keyof typeof ICONS)[]).find((name) => node.classList.contains(`toast-${name}`)) ?? "info";
    if (!node.querySelector(".icon")) node.prepend(icon(ICONS[level]));
    if (node.dataset["undo"]) node.append(this.undoButton(node));
    const close = el("button", { type: "button", class: "toast-close", "aria-label": say("close") }, icon("x"));
    close.addEventListener("click", () => node.remove());
    node.append(close);
    if (STAYS[level]) this.leaveLater(node, STAYS[level] + (node.dataset["undo"] ? 4000 : 0));
  }

  private leaveLater(node: HTMLElement, wait: number): void {
    let timer: ReturnType<typeof setTimeout>;
    const start = (): void => {
      timer = setTimeout(() => node.remove(), wait);
    };
    const stop = (): void => clearTimeout(timer);
    for (const name of ["pointerenter", "focusin"]) node.addEventListener(name, stop);
    for (const name of ["pointerleave", "focusout"]) node.addEventListener(name, start);
    start();
  }

  private undoButton(node: HTMLElement): HTMLButtonElement {
    const button = el("button", { type: "button", class: "toast-undo" }, say("undo"));
    button.addEventListener("click", () => void this.undo(node, button));
    return button;
  }

  private async undo(node: HTMLElement, button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    const answer = await post(node.dataset["undo"] ?? "").catch(() => null);
    node.remove();
    if (answer?.ok) window.location.reload();
    else this.show({ text: refusalText(answer?.status ?? 0, answer ? await answer.text() : ""), level: "bad" });
  }
}

/** Shows a message from anywhere on the page. */
export function toast(message: Toast): void {
  document.dispatchEvent(new CustomEvent("toast", { detail: message }));
}
