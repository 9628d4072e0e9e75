import { useEffect, useMemo, useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { CURRENCIES, totalsOf } from "../format/money.js";
import { newId } from "../sync/ids.js";
import { language, text } from "../text/index.js";
import { Dialog } from "../ui/dialog.jsx";
import { Fault } from "../ui/fault.jsx";
import { FormField, SelectField } from "../ui/field.jsx";
import { Failures } from "./failures.jsx";
import { labelOf, Mapping } from "./mapping.jsx";
import { Preview } from "./preview.jsx";

/** A CSV file on its way in: what it holds, which column is which field, what would be; then the thing itself. */
export function ImportDialog({ onClose }) {
  const board = useBoard();
  const words = text.transfer;
  const [file, setFile] = useState(null);
  const [mapping, setMapping] = useState({});
  const [wanted, setWanted] = useState(null); // what rows match by, where somebody chose it
  const [currency, setCurrency] = useState(() => usualCurrency(board));
  const [trial, setTrial] = useState(null);
  const [error, setError] = useState(null);
  const [running, setRunning] = useState(false);
  const [result, setResult] = useState(null);

  const fields = trial ? Object.values(trial.mapping) : [];
  const keys = ["none", ...["email", "external_id"].filter((field) => fields.includes(field))];
  const match = keys.includes(wanted) ? wanted : keys.at(-1);
  const query = { match, currency, mapping: JSON.stringify(mapping) };
  const key = useMemo(newId, [file, ...Object.values(query)]);

  useEffect(() => {
    if (!file) return undefined;
    const abort = new AbortController();
    const settle = (set) => (value) => abort.signal.aborted || set(value);
    setError(null);
    board
      .importFile(file, { ...query, dry_run: "true" }, { signal: abort.signal })
      .then(settle(setTrial), settle(setError));
    return () => abort.abort();
  }, [key]);

  async function run() {
    setRunning(true);
    setError(null);
    try {
      setResult(await board.importFile(file, query, { key }));
    } catch (failure) {
      setError(failure);
    }
    setRunning(false);
  }

  function choose(event) {
    setTrial(null);
    setMapping({});
    setWanted(null);
    setFile(event.currentTarget.files[0] ?? null);
  }

  if (result) {
    return (
      <Dialog title={words.import} onClose={onClose}>
        <p role="status">{words.result(result.created, result.updated, result.unchanged)}</p>
        <Failures report={result} file={file} trial={trial} />
        <button type="button" class="button button--primary" onClick={onClose}>
          {text.close}
        </button>
      </Dialog>
    );
  }
  return (
    <Dialog title={words.import} onClose={onClose}>
      <p class="dialog__lead">{words.lead}</p>
      <FormField label={words.file} type="file" accept=".csv,.tsv,.txt,text/csv" disabled={running} onChange={choose} />
      <Fault error={error} />
      {file && !trial && !error && <p role="status">{words.reading}</p>}
      {trial && (
        <>
          <fieldset class="transfer" disabled={running}>
            <Mapping trial={trial} onChange={(column, field) => setMapping({ ...mapping, [column]: field })} />
            <div class="dialog__columns">
              <SelectField label={words.match} value={match} onChange={(event) => setWanted(event.currentTarget.value)}>
                {keys.map((field) => (
                  <option key={field} value={field}>
                    {field === "none" ? words.none : labelOf(field)}
                  </option>
                ))}
              </SelectField>
              {fields.includes("value") && !fields.includes("currency") && (
                <SelectField
                  label={text.panel.currency}
                  value={currency}
                  onChange={(event) => setCurrency(event.currentTarget.value)}
                >
                  {[...new Set([currency, ...CURRENCIES])].map((code) => (
                    <option key={code}>{code}</option>
                  ))}
                </SelectField>
              )}
            </div>
          </fieldset>
          <Preview trial={trial} />
          <Failures report={trial} file={file} trial={trial} />
          {running ? (
            <Progress id={key} />
          ) : (
            <button
              type="button"
              class="button button--primary"
              disabled={trial.rows === trial.failed || !fields.some(Boolean)}
              onClick={run}
            >
              {words.run(trial.rows - trial.failed)}
            </button>
          )}
        </>
      )}
    </Dialog>
  );
}

function Progress({ id }) {
  const told = useBoard().importing.value;
  const { done, total } = told?.id === id ? told : {};
  return <progress class="transfer__progress" aria-label={text.transfer.import} value={done} max={total} />;
}

function usualCurrency(board) {
  const [most] = totalsOf(board.clients.peek().values());
  return most?.currency ?? (language === "pt-BR" ? "BRL" : CURRENCIES[0]);
}
