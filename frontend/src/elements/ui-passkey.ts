import { RondaElement } from "../lib/dom.ts";
import { getJson } from "../lib/http.ts";
import { say } from "../lib/i18n.ts";
import { type Credential, creationOptions, credentialJson, requestOptions } from "../lib/passkeys.ts";
import { toast } from "./ui-toasts.ts";

interface Given { creation_options?: unknown; request_options?: unknown }

/**
 * <ui-passkey data-action="get|create" data-options="id of a JSON script" or data-url="address of the JSON"> around a button, in a
 * form with a hidden `credential`: asks the browser for a passkey, writes its answer there and sends the form.
 */
export class UiPasskey extends RondaElement {
  upgrade(): void {
    if (!window.PublicKeyCredential) return void this.replaceChildren();
    this.hidden = false;
    const button = this.querySelector("button");
    if (!button || button.dataset["ready"]) return;
    button.dataset["ready"] = "1";
    button.addEventListener("click", () => void this.ask(button));
  }

  private async ask(button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    try {
      const credential = await this.credential(await this.given());
      if (credential) this.send(credential);
    } catch (trouble) {
      // The person closed the browser's question, or has no passkey here: that is no error of ours.
      if (!(trouble instanceof DOMException) && !(trouble instanceof Error)) throw trouble;
      toast({ text: say("passkeyFailed"), level: "bad" });
    }
    button.disabled = false;
  }

  private async given(): Promise<Given> {
    const url = this.dataset["url"];
    if (url) return getJson<Given>(url);
    const written = document.getElementById(this.dataset["options"] ?? "")?.textContent;
    return JSON.parse(written ?? "{}") as Given;
  }

  private async credential(given: Given): Promise<Credential | null> {
    const made =
      this.dataset["action"] === "create"
        ? await navigator.credentials.create({ publicKey: creationOptions(given.creation_options, this.keepsName()) })
        : await navigator.credentials.get({ publicKey: requestOptions(given.request_options) });
    return made instanceof PublicKeyCredential ? credentialJson(made) : null;
  }

  /** A passkey that opens without the user name has to stay in the device. */
  private keepsName(): boolean {
    return Boolean(this.closest("form")?.elements.namedItem("passwordless"));
  }

  private send(credential: Credential): void {
    const form = this.closest("form");
    const field = form?.elements.namedItem("credential");
    if (!form || !(field instanceof HTMLInputElement)) return;
    field.value = JSON.stringify(credential);
    form.requestSubmit();
  }
}
