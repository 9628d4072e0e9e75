import { useState } from "preact/hooks";
import { text } from "../text/index.js";
import { Fault } from "../ui/fault.jsx";
import { faultText } from "../ui/field.jsx";
import { csvBlob, failedRows, save, textOf } from "./csv.js";
import { labelOf } from "./mapping.jsx";

const SHOWN = 5;

/** The rows that are left out, with why; they can be saved, to mend and import. */
export function Failures({ report, file, trial }) {
  const words = text.transfer;
  const [error, setError] = useState(null);
  if (report.failed === 0) return null;
  const said = (fault) => `${fault.field ? `${labelOf(fault.field)}: ` : ""}${faultText(fault)}`;

  async function download() {
    try {
      const source = await textOf(file, trial.encoding);
      const errors = report.errors.map((fault) => ({ row: fault.row, said: said(fault) }));
      save(csvBlob(failedRows(source, trial.delimiter, errors)), `${file.name.replace(/\.\w+$/, "")}-errors.csv`);
    } catch (failure) {
      setError(failure); // the file has gone
    }
  }

  return (
    <div class="callout callout--error transfer__failures" role="alert">
      <strong>{words.failed(report.failed)}</strong>
      <ul>
        {report.errors.slice(0, SHOWN).map((fault) => (
          <li key={`${fault.row} ${fault.field}`}>{`${words.row(fault.row)} · ${said(fault)}`}</li>
        ))}
      </ul>
      <button type="button" class="button button--small" onClick={download}>
        {words.download}
      </button>
      <Fault error={error} />
    </div>
  );
}
