import { RondaElement, el, icon } from "../lib/dom.ts";
import { csrfToken, refusalText } from "../lib/http.ts";
import { count, say } from "../lib/i18n.ts";
import { refresh } from "../lib/refresh.ts";

/**
 * <ui-dropzone data-url data-target="#files" data-name="file" data-accept=".pdf,.xml" data-max-mb="20" multiple>
 * Sends each file by itself with its progress, then refreshes data-target from this page (or follows {url} of the answer).
 * What became of a file ({message} of the answer) stays to be read. data-camera="Take a photo" offers the camera of a phone.
 * Without data-url it dresses the <input type=file> inside it, for forms that are sent as a whole.
 */
export class UiDropzone extends RondaElement {
  private input!: HTMLInputElement;
  private files!: HTMLElement;
  private waiting = 0;
  private url = "";

  upgrade(): void {
    if (this.querySelector(".drop-area")) return;
    const given = this.querySelector<HTMLInputElement>("input[type=file]");
    this.input = given ?? el("input", { type: "file", multiple: this.hasAttribute("multiple"), accept: this.dataset["accept"] });
    this.input.classList.add("visually-hidden");
    this.input.tabIndex = -1;
    const button = el("button", { type: "button", class: "btn btn-small" }, say("chooseFiles"));
    button.addEventListener("click", () => this.input.click());
    const hint = this.dataset["hint"] ? el("span", { class: "hint" }, this.dataset["hint"]) : null;
    const label = this.dataset["label"] ?? say("chooseFiles");
    if (!given) this.input.setAttribute("aria-label", label);
    this.files = el("ul", { class: "drop-files", "aria-live": "polite" });
    this.append(el("div", { class: "drop-area" }, icon("upload"), say("dropFiles"), button, this.camera(), hint), this.input, this.files);
    this.listenHere();
  }

  /** A button for fingers only: it opens the camera at once. Phones send JPEG to an input that does not ask for more. */
  private camera(): HTMLElement | null {
    const label = this.dataset["camera"];
    if (!label) return null;
    const input = el("input", { type: "file", accept: "image/jpeg,image/png", capture: "environment", class: "visually-hidden", "aria-label": label });
    input.tabIndex = -1;
    input.addEventListener("change", () => {
      this.take(input.files);
      input.value = "";
    });
    const button = el("button", { type: "button", class: "btn btn-small touch-only" }, icon("image"), label);
    button.addEventListener("click", () => input.click());
    return el("span", {}, button, input);
  }

  private listenHere(): void {
    this.input.addEventListener("change", () => this.take(this.input.files));
    for (const name of ["dragenter", "dragover"]) this.addEventListener(name, (event) => this.over(event as DragEvent));
    for (const name of ["dragleave", "drop"]) this.addEventListener(name, () => this.removeAttribute("data-over"));
    this.addEventListener("drop", (event) => this.dropped(event));
  }

  private over(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.dataset["over"] = "";
  }

  private dropped(event: DragEvent): void {
    event.preventDefault();
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    if (this.dataset["url"]) this.take(files);
    else {
      this.input.files = files;
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  private take(files: FileList | null): void {
    if (!this.dataset["url"]) this.files.replaceChildren();
    for (const file of files ?? []) {
      const fault = this.fault(file);
      const line = this.line(file, fault);
      if (!fault && this.dataset["url"]) this.send(file, line);
    }
    if (this.dataset["url"]) this.input.value = "";
  }

  private fault(file: File): string {
    const limit = Number(this.dataset["maxMb"] ?? 0);
    if (limit && file.size > limit * 1024 * 1024) return say("tooLarge", limit);
    const accepted = (this.dataset["accept"] ?? this.input.accept).split(",").map((one) => one.trim().toLowerCase()).filter(Boolean);
    const ok = accepted.length === 0 || accepted.some((one) => fitsType(file, one));
    return ok ? "" : say("wrongType");
  }

  private line(file: File, fault: string): HTMLElement {
    const size = `${count(Math.max(1, Math.round(file.size / 1024)))} KB`;
    const state = el("span", { class: fault ? "error" : "muted", "data-state": "" }, fault || size);
    const line = el("li", {}, el("span", { class: "name" }, file.name), state);
    this.files.append(line);
    return line;
  }

  private send(file: File, line: HTMLElement): void {
    const bar = el("progress", { class: "progress", max: 100, value: 0, "aria-label": file.name });
    line.append(bar);
    const request = new XMLHttpRequest();
    request.open("POST", this.dataset["url"] ?? "");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("Accept", "application/json, text/html");
    request.upload.addEventListener("progress", (event) => {
      bar.value = event.total ? (100 * event.loaded) / event.total : 0;
      line.querySelector("[data-state]")?.replaceChildren(say("uploading", Math.floor(bar.value)));
    });
    request.addEventListener("loadend", () => this.sent(request, line, bar));
    const body = new FormData();
    body.append(this.dataset["name"] ?? "file", file);
    this.waiting += 1;
    request.send(body);
  }

  private sent(request: XMLHttpRequest, line: HTMLElement, bar: HTMLProgressElement): void {
    this.waiting -= 1;
    bar.remove();
    const good = request.status >= 200 && request.status < 400;
    const state = line.querySelector("[data-state]");
    state?.replaceChildren(good ? said(request.responseText, "message") || say("uploaded") : refusalText(request.status, request.responseText));
    state?.setAttribute("class", good ? "muted" : "error");
    if (good) {
      this.url = said(request.responseText, "url");
      this.dispatchEvent(new CustomEvent("dropzone:sent", { bubbles: true }));
    }
    if (this.waiting === 0 && good) this.finished();
  }

  /** The region is shown anew; what was said of the files is said again where it is read. */
  private async refreshed(target: string): Promise<void> {
    const lines = [...this.files.children];
    await refresh(target);
    const here = this.isConnected ? this : document.querySelector<UiDropzone>(`${target} ui-dropzone`);
    here?.querySelector(".drop-files")?.replaceChildren(...lines);
  }

  private finished(): void {
    if (this.url) window.location.assign(this.url);
    else if (this.dataset["target"]) void this.refreshed(this.dataset["target"]);
  }
}

/** Text of a JSON answer. */
function said(body: string, name: "message" | "url"): string {
  try {
    const value = (JSON.parse(body) as Record<string, unknown>)[name];
    return typeof value === "string" ? value : "";
  } catch {
    return "";
  }
}

function fitsType(file: File, wanted: string): boolean {
  if (wanted.startsWith(".")) return file.name.toLowerCase().endsWith(wanted);
  return wanted.endsWith("/*") ? file.type.startsWith(wanted.slice(0, -1)) : file.type === wanted;
}
