/** What a running job's answer means on screen. */

export interface Job { done: number; total: number; state: string; text?: string; url?: string }

const GOOD = ["done", "finished", "successful", "ok"];
const BAD = ["failed", "error", "stopped", "cancelled"];

export function outcome(state: string): "running" | "good" | "bad" {
  if (GOOD.includes(state.toLowerCase())) return "good";
  return BAD.includes(state.toLowerCase()) ? "bad" : "running";
}

/** Whole per cent, never 100 before the end; null while the total is not known. */
export function percent(job: Job): number | null {
  if (!job.total) return outcome(job.state) === "good" ? 100 : null;
  const share = Math.floor((100 * job.done) / job.total);
  return outcome(job.state) === "good" ? 100 : Math.max(0, Math.min(99, share));
}
