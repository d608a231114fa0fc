import { RondaElement, el, icon } from "../lib/dom.ts";
import { say } from "../lib/i18n.ts";

const THEMES = [
  ["auto", "monitor", "themeAuto"],
  ["light", "sun", "themeLight"],
  ["dark", "moon", "themeDark"],
] as const;

/** <ui-theme></ui-theme>: light, dark or as the system. Kept in the cookie theme, so that the server draws the first paint right. */
export class UiTheme extends RondaElement {
  upgrade(): void {
    if (this.querySelector("button")) return;
    const buttons = THEMES.map(([value, glyph, word]) => {
      const button = el("button", { type: "button", "data-theme-value": value, "aria-label": say(word), title: say(word) }, icon(glyph));
      button.addEventListener("click", () => this.choose(value));
      return button;
    });
    this.append(el("div", { class: "segments", role: "group", "aria-label": say("theme") }, ...buttons));
    this.show();
  }

  private choose(value: string): void {
    document.cookie = `theme=${value}; path=/; max-age=31536000; samesite=lax`;
    document.documentElement.dataset["theme"] = value;
    this.show();
  }

  private show(): void {
    const now = document.documentElement.dataset["theme"] || "auto";
    for (const button of this.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset["themeValue"] === now));
  }
}
