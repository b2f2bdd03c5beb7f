/**
 * Builds what browsers load: `node build.mjs` bundles each face of this folder into `dist/`.
 *
 * A face is a folder with an `index.html` and a `main.js`, or a `main.css` where it runs no script. What it loads is named by its contents, so that a browser
 * may keep it for ever; only the pages themselves are asked for again. The words of `messages.toml` become one module
 * for each face and language. The same sources give the same bytes.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { parse } from "smol-toml";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const assets = join(dist, "assets");
const messages = join(here, "..", "..", "shared", "app", "messages.toml");

/** Where the app serves `dist/assets`. */
const ASSETS = "/api/assets/";
/** Files smaller than this are not worth a compressed copy. */
const WORTH_PACKING = 1024;

const faces = readdirSync(here, { withFileTypes: true })
  .filter((each) => each.isDirectory() && existsSync(join(here, each.name, "index.html")))
  .map((each) => each.name)
  .sort();

/**
 * `import load from "words:console"` gives a function from a language to its words, loaded when asked for: the section
 * `web`, which all faces share, and the face's own.
 */
const words = {
  name: "words",
  setup(plugin) {
    const languages = parse(readFileSync(messages, "utf-8"));
    plugin.onResolve({ filter: /^words:/ }, (found) => ({ path: found.path.slice(6), namespace: "words" }));
    plugin.onLoad({ filter: /.*/, namespace: "words" }, ({ path }) => {
      const [face, language] = path.split("/");
      if (language) {
        return {
          contents: JSON.stringify({ ...languages[language].web, ...languages[language][face] }),
          loader: "json",
        };
      }
      const cases = Object.keys(languages).map((each) => `${each}: () => import("words:${face}/${each}")`);
      return { contents: `const by = { ${cases.join(", ")} };\nexport default by;`, loader: "js", resolveDir: here };
    });
  },
};

/** @param {string} face */
const entry = (face) => `${face}/${existsSync(join(here, face, "main.js")) ? "main.js" : "main.css"}`;

/** Writes the page of a face, with the built names in it. */
function page(face, script, style) {
  const tags = [
    ...(style ? [`<link rel="stylesheet" href="${ASSETS}${style}">`] : []),
    ...(script ? [`<script type="module" src="${ASSETS}${script}"></script>`] : []),
  ];
  const text = readFileSync(join(here, face, "index.html"), "utf-8");
  if (!text.includes("</head>")) throw new Error(`${face}/index.html has no </head> to put its script before`);
  writeFileSync(join(dist, `${face}.html`), text.replace("</head>", `${tags.join("\n")}\n</head>`));
}

/** Everything that a script loads, at once or later, itself and its style included. */
function loadedBy(entry) {
  const outputs = made.metafile.outputs;
  const [first] = Object.entries(outputs).find(([, one]) => one.entryPoint === entry);
  const found = new Set([first]);
  for (const each of found) {
    for (const { path, external } of outputs[each].imports) if (!external) found.add(path);
    if (outputs[each].cssBundle) found.add(outputs[each].cssBundle);
  }
  return [...found].sort();
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });
const made = await build({
  absWorkingDir: here,
  entryPoints: faces.map((face) => ({ in: entry(face), out: face })),
  outdir: assets,
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["chrome110", "firefox115", "safari16.4"],
  minify: true,
  legalComments: "linked",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".svg": "file", ".woff2": "file" },
  metafile: true,
  plugins: [words],
  logLevel: "warning",
});
for (const face of faces) {
  const [file, about] = Object.entries(made.metafile.outputs).find(([, one]) => one.entryPoint === entry(face));
  const [script, style] = file.endsWith(".css") ? [undefined, file] : [file, about.cssBundle];
  page(face, script && basename(script), style && basename(style));
}
/**
 * A face with a `worker.js` has a worker, which stands beside the pages under a name of its own: it keeps what the face
 * loads in the browser, and is told the names of it.
 */
for (const face of faces.filter((each) => existsSync(join(here, each, "worker.js")))) {
  await build({
    absWorkingDir: here,
    entryPoints: [`${face}/worker.js`],
    outfile: join(dist, `${face}-worker.js`),
    bundle: true,
    minify: true,
    target: ["chrome110", "firefox115", "safari16.4"],
    define: { FILES: JSON.stringify(loadedBy(`${face}/main.js`).map((each) => ASSETS + basename(each))) },
    logLevel: "warning",
  });
}
for (const name of readdirSync(assets)) {
  const bytes = readFileSync(join(assets, name));
  if (bytes.length >= WORTH_PACKING) writeFileSync(join(assets, `${name}.gz`), gzipSync(bytes, { level: 9 }));
}
