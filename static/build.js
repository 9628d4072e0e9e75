// Builds the browser app into static/dist. `--watch` keeps building, unminified and with source maps.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const watch = process.argv.includes("--watch");

/** Writes index.html with the addresses of the files just built: their names carry a hash of their content. */
const page = {
  name: "page",
  setup(build) {
    build.onEnd(async ({ errors, metafile }) => {
      if (errors.length > 0) return;
      let html = await readFile(join(root, "index.html"), "utf8");
      for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
        if (entryPoint) html = html.replace(`src/${entryPoint.split("static/src/")[1]}`, `/static/${basename(file)}`);
      }
      await writeFile(join(dist, "index.html"), html);
    });
  },
};

const options = {
  absWorkingDir: dirname(root),
  entryPoints: {
    app: "static/src/main.jsx",
    theme: "static/src/app/theme-early.js",
    style: "static/src/styles/app.css",
    icon: "static/src/icon.svg",
  },
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  splitting: true, // what is imported when it is needed becomes a file of its own
  outdir: dist,
  bundle: true,
  format: "esm",
  target: ["es2022", "chrome123", "firefox128", "safari17.5"],
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".svg": "copy" },
  minify: !watch,
  sourcemap: watch,
  legalComments: "none",
  metafile: true,
  logLevel: "info",
  plugins: [page],
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
if (watch) await (await esbuild.context(options)).watch();
else await esbuild.build(options);
