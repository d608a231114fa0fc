import { RondaElement, debounce, el } from "../lib/dom.ts";
import { failureText, post } from "../lib/http.ts";
import { say } from "../lib/i18n.ts";

interface Preview { url?: string; type?: "html" | "pdf" | "image"; errors?: (string | { line?: number; message: string })[] }

/**
 * <ui-layout-editor data-url data-wait="600"><form><textarea name="source">…</textarea></form></ui-layout-editor>
 * Sends the surrounding or inner form's fields to data-url after each pause and shows the answer: JSON {url, type, errors},
 * or the page, picture itself. HTML runs in a sandbox without scripts; the last good preview stays while there are errors.
 */
export class UiLayoutEditor extends RondaElement {
  private state!: HTMLElement;
  private errors!: HTMLElement;
  private view!: HTMLElement;
  private asked: AbortController | null = null;
  private blobUrl = "";

  upgrade(): void {
    const area = this.querySelector("textarea");
    if (!area || this.querySelector(".layout-side")) return;
    this.state = el("p", { class: "layout-state", role: "status" });
    this.errors = el("div", { class: "alert alert-bad", role: "alert", hidden: true });
    this.view = el("div", {});
    this.append(el("div", { class: "layout-side stack" }, el("div", {}, this.state, this.errors), this.view));
    area.spellcheck = false;
    area.addEventListener("keydown", (event) => indent(event, area));
    const update = debounce(() => void this.update(), Number(this.dataset["wait"] ?? 600));
    this.addEventListener("input", update);
    this.addEventListener("change", (event) => event.target !== area && update());
    void this.update();
  }

  protected override left(): void {
    this.asked?.abort();
    if (this.blobUrl) URL.revokeObjectURL(this.blobUrl);
  }

  private body(): FormData {
    const form = this.querySelector("form") ?? this.closest("form");
    if (form) return new FormData(form);
    const data = new FormData();
    for (const field of this.querySelectorAll<HTMLInputElement>("textarea, select, input")) if (field.name) data.set(field.name, field.value);
    return data;
  }

  private async update(): Promise<void> {
    this.asked?.abort();
    this.asked = new AbortController();
    this.state.textContent = say("refreshing");
    try {
      const answer = await post(this.dataset["url"] ?? "", this.body(), this.asked.signal);
      await this.show(answer);
    } catch (error) {
      if ((error as Error).name !== "AbortError") this.fail([say("offline")]);
    }
  }

  private async show(answer: Response): Promise<void> {
    const type = answer.headers.get("content-type") ?? "";
    if (type.includes("json")) return this.showJson((await answer.json()) as Preview, answer.ok);
    if (!answer.ok) return this.fail([failureText(answer.status)]);
    if (type.startsWith("image/")) this.image(this.blob(await answer.blob()));
    else this.frame({ srcdoc: await answer.text(), sandbox: "" });
    this.fine();
  }

  private showJson(preview: Preview, ok: boolean): void {
    const lines = (preview.errors ?? []).map((one) => (typeof one === "string" ? one : `${one.line ? `${say("line", one.line)}: ` : ""}${one.message}`));
    if (preview.url && preview.type === "image") this.image(preview.url);
    // The browser's own PDF reader does not start inside a sandbox.
    else if (preview.url) this.frame(preview.type === "pdf" ? { src: preview.url } : { src: preview.url, sandbox: "" });
    if (lines.length > 0 || !ok) this.fail(lines.length > 0 ? lines : [say("notSaved")]);
    else this.fine();
  }

  private blob(blob: Blob): string {
    if (this.blobUrl) URL.revokeObjectURL(this.blobUrl);
    this.blobUrl = URL.createObjectURL(blob);
    return this.blobUrl;
  }

  private image(src: string): void {
    this.view.replaceChildren(el("img", { class: "preview-frame", src, alt: say("preview") }));
  }

  private frame(attributes: Record<string, string>): void {
    this.view.replaceChildren(el("iframe", { class: "preview-frame", title: say("preview"), ...attributes }));
  }

  private fine(): void {
    this.errors.hidden = true;
    this.state.textContent = say("upToDate");
  }

  private fail(lines: string[]): void {
    this.state.textContent = "";
    this.errors.hidden = false;
    this.errors.replaceChildren(el("ul", {}, ...lines.map((line) => el("li", {}, line))));
  }
}

/** Tab indents by two spaces; Escape first gives Tab its usual meaning back, so that the keyboard is never caught. */
function indent(event: KeyboardEvent, area: HTMLTextAreaElement): void {
  if (event.key === "Escape") area.dataset["leave"] = "1";
  if (event.key !== "Tab" || event.shiftKey || area.dataset["leave"]) {
    if (event.key === "Tab") delete area.dataset["leave"];
    return;
  }
  event.preventDefault();
  area.setRangeText("  ", area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}
