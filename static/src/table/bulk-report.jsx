import { text } from "../text/index.js";
import { messageOf } from "../text/problems.js";
import { Dialog } from "../ui/dialog.jsx";

/** Each operation that was refused, with the reason. `names` are the clients' by id. */
export function BulkReport({ total, faults, names, onClose }) {
  const words = text.bulk;
  return (
    <Dialog title={words.partly(total - faults.length, total)} onClose={onClose}>
      <p class="dialog__lead">{words.refused(faults.length)}</p>
      <ul class="report" role="list">
        {faults.map(({ id, problem }) => (
          <li key={id}>
            <strong>{names.get(id) ?? id}</strong>
            <span>{problem.status === 404 ? words.gone : messageOf({ message: problem.detail, problem })}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
