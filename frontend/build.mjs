// Bundles the browser side into ronda/static/dist with content hashes and a manifest the templates read.
// Does nothing when the manifest already carries the hash of the lock file and the sources.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "ronda", "static", "dist");
const manifestPath = join(out, "manifest.json");
const entries = { app: "src/app.ts", ronda: "src/css/ronda.css" };
const budgets = { "app.js": 60, "ronda.css": 25 };

/** Every file that decides what the build gives, in a stable order. */
function inputs() {
  const sources = readdirSync(join(here, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return [...sources, join(here, "package-lock.json"), join(here, "build.mjs")].sort();
}

function stampOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(relative(here, file)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

function isFresh(stamp) {
  if (!existsSync(manifestPath)) return false;
  const manifest = JSON.parse(readFileSync(manifestPath, "utf8"));
  return manifest.stamp === stamp && Object.values(manifest.files).every((name) => existsSync(join(out, name)));
}

/** One SVG file holding the icons named in src/icons.json ("ours=theirs" gives one another name), each a <symbol> in the text's colour. */
function sprite() {
  const names = JSON.parse(readFileSync(join(here, "src", "icons.json"), "utf8"));
  const symbols = names.map((entry) => {
    const [name, source = name] = entry.split("=");
    const svg = readFileSync(join(here, "node_modules", "lucide-static", "icons", `${source}.svg`), "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

function writeHashed(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const dot = name.lastIndexOf(".");
  const hashed = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  writeFileSync(join(out, hashed), content);
  return hashed;
}

function options() {
  return {
    absWorkingDir: here,
    entryPoints: entries,
    outdir: out,
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    metafile: true,
    sourcemap: false,
    target: ["chrome123", "firefox128", "safari17.5"],
    entryNames: "[name]-[hash]",
    chunkNames: "chunks/[name]-[hash]",
    legalComments: "linked",
    logLevel: "warning",
  };
}

function namesOf(metafile) {
  const files = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (!output.entryPoint) continue;
    const name = Object.keys(entries).find((key) => entries[key] === output.entryPoint);
    if (name) files[name + path.slice(path.lastIndexOf("."))] = basename(path);
  }
  return files;
}

function report(files) {
  let over = false;
  for (const [name, file] of Object.entries(files)) {
    const size = gzipSync(readFileSync(join(out, file))).length / 1024;
    const budget = budgets[name];
    if (budget && size > budget) over = true;
    console.log(`${name.padEnd(12)} ${size.toFixed(1)} KB gzip${budget ? ` of ${budget}` : ""}`);
  }
  return over;
}

async function build() {
  const stamp = stampOf(inputs());
  if (isFresh(stamp)) {
    console.log("front end is up to date");
    return;
  }
  const { build: bundle } = await import("esbuild");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const { metafile } = await bundle(options());
  const files = namesOf(metafile);
  files["icons.svg"] = writeHashed("icons.svg", sprite());
  files["favicon.svg"] = writeHashed("favicon.svg", readFileSync(join(here, "src", "img", "favicon.svg")));
  writeFileSync(manifestPath, JSON.stringify({ stamp, files }, null, 1));
  if (report(files)) {
    console.error("a bundle is over its budget");
    process.exitCode = 1;
  }
}

async function watchSources() {
  const { watch } = await import("node:fs");
  let timer;
  watch(join(here, "src"), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => build().catch((error) => console.error(error.message)), 80);
  });
  console.log("watching src");
}

await build();
if (process.argv.includes("--watch")) await watchSources();
