import { useBoard } from "../app/context.js";
import { formatDate } from "../format/dates.js";
import { formatMoney } from "../format/money.js";
import { text } from "../text/index.js";
import { labelOf } from "./mapping.jsx";

const SHOWN_ROWS = 6;

/** The first rows as they would be. */
export function Preview({ trial }) {
  const board = useBoard();
  const words = text.transfer;
  const fields = [...new Set(Object.values(trial.mapping))].filter((field) => field && field !== "currency");
  return (
    <div class="transfer__preview" role="region" aria-label={words.preview} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.preview}</th>
            {fields.map((field) => (
              <th key={field} scope="col">
                {labelOf(field)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {trial.preview.slice(0, SHOWN_ROWS).map(({ row, action, client }) => (
            <tr key={row}>
              <th scope="row">{`${row} · ${words.actions[action]}`}</th>
              {fields.map((field) => (
                <td key={field}>{client && shown(board, client, field)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function shown(board, client, field) {
  const { value, stage, owner_id: owner, tags, next_action_at: due, custom } = client;
  switch (field) {
    case "value":
      return value && formatMoney(value);
    case "stage":
      return board.stages.value.find(({ key }) => key === stage)?.name ?? stage;
    case "owner":
      return board.members.value.get(owner)?.name;
    case "tags":
      return tags?.join(", ");
    case "next_action_at":
      return due && formatDate(due);
    case "custom":
      return custom && JSON.stringify(custom);
    case "external_id":
      return custom?.external_id;
    default:
      return field.startsWith("custom.") ? String(custom?.[field.slice(7)] ?? "") : client[field];
  }
}
