import { RondaElement, debounce, el } from "../lib/dom.ts";
import { post } from "../lib/http.ts";
import { say } from "../lib/i18n.ts";

/** <ui-autosave data-url data-wait="800"><form>…</form></ui-autosave>: sends the form as it is while the person types; says "Saved". */
export class UiAutosave extends RondaElement {
  private state!: HTMLElement;

  upgrade(): void {
    const form = this.querySelector("form");
    if (!form || this.querySelector(".saved-state")) return;
    this.state = el("span", { class: "saved-state", role: "status" });
    (form.querySelector(".form-actions") ?? form).append(this.state);
    const save = debounce(() => void this.save(form), Number(this.dataset["wait"] ?? 800));
    form.addEventListener("input", save);
    form.addEventListener("change", save);
  }

  private async save(form: HTMLFormElement): Promise<void> {
    this.state.textContent = say("saving");
    const answer = await post(this.dataset["url"] || form.action, new FormData(form), this.signal).catch(() => null);
    this.state.textContent = say(answer?.ok ? "saved" : "notSaved");
    this.state.classList.toggle("error", !answer?.ok);
  }
}
