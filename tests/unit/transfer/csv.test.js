import assert from "node:assert/strict";
import { test } from "node:test";
import { failedRows, rawRows, textOf } from "../../../static/src/transfer/csv.js";

test("rows are told apart as the server does, line breaks within quotes included", () => {
  const text = 'a;b\r\n"x\n""y""";2\r5" pipe;"z"\n\nlast';
  assert.deepEqual(rawRows(text, ";"), ["a;b", '"x\n""y""";2', '5" pipe;"z"', "", "last"]);
});

test("the rows in error keep their text and say what is wrong", () => {
  const text = "name,email\nA,a\nB,b@b.example\nC,\n";
  const errors = [
    { row: 2, said: 'Email: "a" is none' },
    { row: 4, said: "one" },
    { row: 4, said: "two" },
  ];
  const expected = ["name,email,error", 'A,a,"Email: ""a"" is none"', 'C,,"one; two"', ""];
  assert.equal(failedRows(text, ",", errors), expected.join("\r\n"));
});

test("a file is read in the encoding that the server found", async () => {
  const files = [
    [Buffer.from("\ufeffé"), "utf-8"],
    [Buffer.from([0xe9]), "windows-1252"],
    [Buffer.from([0xe9, 0]), "utf-16-le"],
    [Buffer.from([0, 0xe9]), "utf-16-be"],
    [Buffer.from([0xff, 0xfe, 0xe9, 0]), "utf-16"],
    [Buffer.from([0xfe, 0xff, 0, 0xe9]), "utf-16"],
  ];
  for (const [bytes, encoding] of files) assert.equal(await textOf(new Blob([bytes]), encoding), "é");
});
