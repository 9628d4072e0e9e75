// Reads paths, one a line, and writes {path: {json, formatted}} of each, by the Go code of Terraform's own language.
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { format } from "@cdktf/hcl-tools";
import { parse } from "@cdktf/hcl2json";

const read = {};
for (const path of (await text(process.stdin)).split("\n").filter(Boolean)) {
  const source = await readFile(path, "utf8");
  read[path] = { json: await parse(path, source), formatted: await format(source) };
}
process.stdout.write(JSON.stringify(read));
