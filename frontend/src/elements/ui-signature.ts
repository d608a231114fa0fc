import { RondaElement, el } from "../lib/dom.ts";
import { readStrokes, thinned, toBox } from "../lib/strokes.ts";

const WIDTH = 600;
const HEIGHT = 200;
const MOST_POINTS = 4500;

/**
 * <ui-signature data-label data-clear><input type="hidden" name="signature"></ui-signature>
 * A box to sign in with finger, pen or mouse. The hidden field gets the strokes as [[x, y, x, y, …], …] in whole numbers of a
 * box of 600 × 200: the server draws its own picture of them. Who cannot draw types the name in the field beside it.
 */
export class UiSignature extends RondaElement {
  private canvas!: HTMLCanvasElement;
  private strokes: number[][] = [];
  private pen: number | null = null;

  upgrade(): void {
    if (this.querySelector("canvas")) return;
    this.canvas = el("canvas", { width: WIDTH, height: HEIGHT, role: "img", "aria-label": this.dataset["label"] ?? "" });
    const clear = el("button", { type: "button", class: "btn btn-small btn-quiet" }, this.dataset["clear"] ?? "×");
    clear.addEventListener("click", () => this.clear());
    this.append(this.canvas, clear);
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.go(event));
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, (event) => this.end(event as PointerEvent));
    this.strokes = readStrokes(this.field?.value ?? "");
    this.draw();
  }

  private get field(): HTMLInputElement | null {
    return this.querySelector<HTMLInputElement>("input[type=hidden]");
  }

  private begin(event: PointerEvent): void {
    if (this.pen !== null || event.button !== 0) return;
    event.preventDefault();
    this.pen = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.strokes.push([...this.at(event)]);
    this.draw();
  }

  private go(event: PointerEvent): void {
    const stroke = this.strokes.at(-1);
    if (event.pointerId !== this.pen || !stroke) return;
    event.preventDefault();
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) thinned(stroke, this.at(one));
    this.draw();
  }

  private end(event: PointerEvent): void {
    if (event.pointerId !== this.pen) return;
    this.pen = null;
    this.keep();
  }

  private at(event: PointerEvent): [number, number] {
    return toBox(event.clientX, event.clientY, this.canvas.getBoundingClientRect(), WIDTH, HEIGHT);
  }

  private keep(): void {
    while (this.strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0) > MOST_POINTS) this.strokes.pop();
    if (this.field) this.field.value = this.strokes.length ? JSON.stringify(this.strokes) : "";
    this.toggleAttribute("data-signed", this.strokes.length > 0);
  }

  private clear(): void {
    this.strokes = [];
    this.keep();
    this.draw();
  }

  private draw(): void {
    const pen = this.canvas.getContext("2d");
    if (!pen) return;
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    pen.lineWidth = 2.8;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#1f2328";
    for (const stroke of this.strokes) {
      pen.beginPath();
      pen.moveTo(stroke[0] ?? 0, stroke[1] ?? 0);
      if (stroke.length === 2) pen.lineTo((stroke[0] ?? 0) + 0.1, stroke[1] ?? 0);
      for (let n = 2; n < stroke.length; n += 2) pen.lineTo(stroke[n] ?? 0, stroke[n + 1] ?? 0);
      pen.stroke();
    }
  }
}
