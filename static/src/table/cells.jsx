import { useBoard } from "../app/context.js";
import { customText } from "../format/custom.js";
import { formatDate, formatMoment } from "../format/dates.js";
import { formatMoney } from "../format/money.js";
import { text } from "../text/index.js";
import { Avatar } from "../ui/avatar.jsx";
import { Due } from "../ui/due.jsx";
import { Viewers } from "../ui/viewers.jsx";
import { isCustom, nameOfCustom } from "../view/columns.js";

/** What a column shows of a client. */
export function Cell({ column, client }) {
  if (isCustom(column)) return <span class="cell__text">{customText(client.custom[nameOfCustom(column)])}</span>;
  switch (column) {
    case "name":
      return (
        <>
          <span class="cell__text">{client.name}</span>
          <Viewers id={client.id} />
        </>
      );
    case "stage":
      return <Stage stage={client.stage} />;
    case "owner":
      return client.owner_id && <Owner id={client.owner_id} />;
    case "value":
      return client.value && formatMoney(client.value);
    case "tags":
      return client.tags.map((tag) => (
        <span class="tag" key={tag}>
          {tag}
        </span>
      ));
    case "next_action_at":
      return client.next_action_at && <Due when={client.next_action_at} />;
    case "created_at":
    case "updated_at":
      return <time title={formatMoment(client[column])}>{formatDate(client[column])}</time>;
    default:
      return <span class="cell__text">{client[column]}</span>;
  }
}

export const isNumeric = (column) => column === "value";

function Stage({ stage }) {
  const known = useBoard().stages.value.find(({ key }) => key === stage);
  return (
    <>
      <span class="dot" style={{ "--dot": known?.color }} aria-hidden="true" />
      <span class="cell__text">{known?.name ?? stage}</span>
    </>
  );
}

function Owner({ id }) {
  const owner = useBoard().members.value.get(id);
  const name = owner?.name ?? text.panel.formerMember;
  return (
    <>
      <Avatar id={id} name={name} size="tiny" title="" />
      <span class="cell__text">{name}</span>
    </>
  );
}
