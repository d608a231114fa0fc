import { RondaElement } from "../lib/dom.ts";

/**
 * <form>…<ui-unsaved></ui-unsaved></form>: the browser asks before a form that was changed is left by anything but sending it.
 * data-unsaved: the server sent back what it did not save.
 */
export class UiUnsaved extends RondaElement {
  private untouched: string | null = null;
  private sent = false;

  /** The other elements have built themselves by now; what they changed in the form is no change of the person's. */
  upgrade(): void {
    const form = this.closest("form");
    if (form && this.untouched === null) this.untouched = content(form);
  }

  protected override listen(): void {
    const { signal } = this;
    // Bubbling up to the document: whoever stops the form has done so by then.
    document.addEventListener("submit", (event) => this.submitted(event), { signal });
    document.addEventListener("input", () => (this.sent = false), { signal });
    window.addEventListener("pageshow", () => (this.sent = false), { signal });
    window.addEventListener("beforeunload", (event) => this.changed() && event.preventDefault(), { signal });
  }

  private submitted(event: SubmitEvent): void {
    if (event.target !== this.closest("form") || event.defaultPrevented) return;
    const target = event.submitter?.getAttribute("formtarget") ?? "";
    if (target !== "_blank") this.sent = true;
  }

  private changed(): boolean {
    const form = this.closest("form");
    return Boolean(form) && !this.sent && (this.dataset["unsaved"] !== undefined || content(form as HTMLFormElement) !== this.untouched);
  }
}

/** What would be sent, as one text. */
function content(form: HTMLFormElement): string {
  const said = [...new FormData(form)].map(([name, value]) => [name, typeof value === "string" ? value : [value.name, value.size]]);
  return JSON.stringify(said);
}
