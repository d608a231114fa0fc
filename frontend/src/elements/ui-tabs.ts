import { RondaElement } from "../lib/dom.ts";

/** <ui-tabs><nav class="tabs"><a href="#one">…</a></nav><section id="one">…</section></ui-tabs>: tabs of one page, kept in the address. */
export class UiTabs extends RondaElement {
  upgrade(): void {
    const bar = this.querySelector(".tabs");
    if (!bar || bar.getAttribute("role") === "tablist") return;
    bar.setAttribute("role", "tablist");
    for (const tab of this.tabs) this.dress(tab);
    this.addEventListener("keydown", (event) => this.key(event));
    this.select(this.tabs.find((tab) => tab.hash && tab.hash === window.location.hash) ?? this.tabs[0]);
  }

  private get tabs(): HTMLAnchorElement[] {
    return [...this.querySelectorAll<HTMLAnchorElement>(":scope > .tabs > a")];
  }

  private panel(tab: HTMLAnchorElement): HTMLElement | null {
    return this.querySelector(`:scope > [id="${CSS.escape(tab.hash.slice(1))}"]`);
  }

  private dress(tab: HTMLAnchorElement): void {
    const panel = this.panel(tab);
    tab.setAttribute("role", "tab");
    tab.id ||= `tab-${tab.hash.slice(1)}`;
    tab.setAttribute("aria-controls", tab.hash.slice(1));
    panel?.setAttribute("role", "tabpanel");
    panel?.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      this.select(tab);
      history.replaceState(history.state, "", tab.hash);
    });
  }

  private select(chosen: HTMLAnchorElement | undefined): void {
    for (const tab of this.tabs) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      const panel = this.panel(tab);
      if (panel) panel.hidden = !on;
    }
  }

  private key(event: KeyboardEvent): void {
    const tabs = this.tabs;
    const at = tabs.indexOf(event.target as HTMLAnchorElement);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0 || !step) return;
    event.preventDefault();
    const next = tabs[(at + step + tabs.length) % tabs.length];
    next?.click();
    next?.focus();
  }
}
