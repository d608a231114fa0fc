import { RondaElement, el, freshId } from "../lib/dom.ts";
import { say } from "../lib/i18n.ts";
import { strengthOf } from "../lib/strength.ts";

const WORDS = ["strengthRefused", "strengthWeak", "strengthFair", "strengthGood", "strengthStrong"] as const;

/** <ui-strength> around a box for a new password: a bar and a word tell its strength while it is typed, also to screen readers. */
export class UiStrength extends RondaElement {
  upgrade(): void {
    const input = this.querySelector("input");
    if (!input || this.querySelector(".strength")) return;
    const id = freshId("strength");
    const bar = el("progress", { class: "progress", max: 4, value: 0, "aria-hidden": "true" });
    const word = el("span", { id, "aria-live": "polite" });
    this.append(el("div", { class: "strength", hidden: true }, bar, word));
    input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), id].filter(Boolean).join(" "));
    input.addEventListener("input", () => this.show(input, bar, word));
  }

  private show(input: HTMLInputElement, bar: HTMLProgressElement, word: HTMLElement): void {
    const name = input.form?.elements.namedItem("username");
    const strength = strengthOf(input.value, name instanceof HTMLInputElement ? name.value : "");
    const box = bar.parentElement;
    if (box) box.hidden = !input.value;
    bar.value = strength;
    bar.className = `progress ${strength >= 3 ? "progress-good" : strength <= 1 ? "progress-bad" : ""}`.trim();
    const said = input.value ? say(WORDS[strength]) : "";
    if (word.textContent !== said) word.textContent = said;
  }
}
