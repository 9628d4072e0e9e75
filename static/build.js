// Builds the browser app into static/dist. `--watch` keeps building, unminified and with source maps.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const watch = process.argv.includes("--watch");

// Of packages whose files are whole already: they are copied, and only the pages of the reference load them.
const vendored = {
  "swagger-ui.js": "swagger-ui-dist/swagger-ui-bundle.js",
  "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
  "redoc.js": "redoc/bundles/redoc.standalone.js",
};
const pages = ["index.html", "src/reference/page.html", "src/reference/swagger.html", "src/reference/redoc.html"];

/** Copies what is vendored, under names that carry a hash of the content; gives the new names. */
async function copied() {
  const names = {};
  for (const [name, path] of Object.entries(vendored)) {
    const content = await readFile(join(dirname(root), "node_modules", path));
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
    names[name] = `${parse(name).name}-${hash}${parse(name).ext}`;
    // Its source map is not served, and its maker's logo would be asked of another host.
    const whole = content.toString().replace(/\n\/[/*]# sourceMappingURL=.*$/, "\n").replace(/https:\/\/cdn\.[^`]*\.svg/g, "data:,");
    await writeFile(join(dist, names[name]), whole);
  }
  return names;
}

/** Writes the pages with the addresses of the files just built: their names carry a hash of their content. */
const page = {
  name: "page",
  setup(build) {
    build.onEnd(async ({ errors, metafile }) => {
      if (errors.length > 0) return;
      const names = await copied();
      for (const path of pages) {
        let html = await readFile(join(root, path), "utf8");
        for (const [file, { entryPoint, imports }] of Object.entries(metafile.outputs)) {
          if (entryPoint) html = html.replace(`"src/${entryPoint.split("static/src/")[1]}"`, `"/static/${basename(file)}"`);
          // What the app shares with parts of it that come later is fetched beside it, not after it.
          const shared = entryPoint?.endsWith("/main.jsx") ? imports.filter(({ kind }) => kind === "import-statement") : [];
          const links = shared.map(({ path: part }) => `    <link rel="modulepreload" href="/static/${basename(part)}">\n`);
          if (path === "index.html") html = html.replace("  </head>", `${links.join("")}  </head>`);
        }
        for (const [name, built] of Object.entries(names)) html = html.replace(`"vendor/${name}"`, `"/static/${built}"`);
        await writeFile(join(dist, basename(path)), html);
      }
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
    page: "static/src/reference/page.css",
    swagger: "static/src/reference/swagger.js",
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
