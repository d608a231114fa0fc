import { RondaElement, el, icon, isTyping } from "../lib/dom.ts";
import { say } from "../lib/i18n.ts";

/**
 * <ui-shortcuts></ui-shortcuts>: "?" lists the shortcuts. Ctrl/Cmd+K and "/" search, Ctrl/Cmd+S saves the form, and any element
 * with data-shortcut="n" or "g c" (two keys one after the other) is pressed by those keys and listed by its label.
 */
export class UiShortcuts extends RondaElement {
  private first = "";
  private timer: ReturnType<typeof setTimeout> | undefined;

  upgrade(): void {}

  protected override listen(): void {
    document.addEventListener("keydown", (event) => this.key(event), { signal: this.signal });
    document.addEventListener("click", (event) => (event.target as HTMLElement).closest("[data-open-shortcuts]") && this.help(), { signal: this.signal });
  }

  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) return this.withControl(event);
    if (event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") this.help();
    else if (event.key === "/") this.search();
    else if (!this.press(event.key.toLowerCase())) return;
    event.preventDefault();
  }

  private withControl(event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    if (key === "k") document.querySelector<HTMLElement>("[data-open-command]")?.click();
    else if (key === "s" || event.key === "Enter") {
      const form = document.activeElement?.closest("form") ?? document.querySelector<HTMLFormElement>("main form.form[method=post]");
      if (!form || form.method !== "post") return;
      form.requestSubmit();
    } else return;
    event.preventDefault();
  }

  /** The list's own search when there is one, the palette otherwise. */
  private search(): void {
    const field = document.querySelector<HTMLInputElement>(".toolbar input[type=search]");
    if (field) {
      field.focus();
      field.select();
    } else document.querySelector<HTMLElement>("[data-open-command]")?.click();
  }

  private press(key: string): boolean {
    const wanted = this.first ? `${this.first} ${key}` : key;
    clearTimeout(this.timer);
    this.first = "";
    const all = [...document.querySelectorAll<HTMLElement>("[data-shortcut]")];
    const target = all.find((node) => node.dataset["shortcut"] === wanted);
    if (target) {
      target.click();
      return true;
    }
    if (!all.some((node) => node.dataset["shortcut"]?.startsWith(`${key} `))) return false;
    this.first = key;
    this.timer = setTimeout(() => (this.first = ""), 900);
    return true;
  }

  private help(): void {
    const old = this.querySelector("dialog");
    old?.remove();
    const close = el("button", { type: "button", class: "btn btn-quiet btn-small btn-icon", "aria-label": say("close") }, icon("x"));
    const head = el("div", { class: "dialog-head" }, el("h2", {}, say("shortcuts")), close);
    const dialog = el("dialog", { class: "dialog", "aria-label": say("shortcuts") }, head, el("div", { class: "dialog-body" }, this.lines()));
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    this.append(dialog);
    dialog.showModal();
  }

  private lines(): HTMLElement {
    const control = /mac/i.test(navigator.platform) ? "⌘" : "Ctrl";
    const fixed: [string, string[]][] = [
      [say("scPalette"), [control, "K"]], [say("scSearch"), ["/"]], [say("scSave"), [control, "S"]], [say("scRows"), ["J", "K"]], [say("scTick"), ["X"]],
      [say("scOpen"), ["↵"]], [say("scRange"), ["⇧", say("click")]], [say("scClose"), ["Esc"]], [say("scHelp"), ["?"]],
    ];
    const own = [...document.querySelectorAll<HTMLElement>("[data-shortcut]")].map((node): [string, string[]] => [
      (node.getAttribute("aria-label") ?? node.querySelector("span")?.textContent ?? node.textContent ?? "").trim(),
      (node.dataset["shortcut"] ?? "").toUpperCase().split(" "),
    ]);
    const pairs = [...fixed, ...own].flatMap(([what, keys]) => [el("dt", {}, what), el("dd", {}, ...keys.map((key) => el("span", { class: "kbd" }, key)))]);
    return el("dl", { class: "shortcut-list" }, ...pairs);
  }
}
