import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { Choices } from "../ui/choices.jsx";
import { ColumnsIcon } from "../ui/icons.jsx";
import { Popover } from "../ui/popover.jsx";
import { allColumns, isCustom, nameOfCustom, shownColumns, withColumn } from "../view/columns.js";

export function titleOf(column) {
  return isCustom(column) ? nameOfCustom(column) : text.table.columns[column];
}

export function ColumnsMenu() {
  const board = useBoard();
  const { columns } = board.view.value;
  const button = (
    <>
      <ColumnsIcon size={14} /> {text.table.choose}
    </>
  );
  return (
    <Popover label={text.table.choose} class="button button--quiet button--small" align="end" button={button}>
      {() => {
        const all = allColumns(board.clients.value.values());
        return (
          <Choices
            label={text.table.choose}
            options={all.filter((column) => column !== "name").map((key) => ({ key, label: titleOf(key) }))}
            chosen={shownColumns(columns)}
            onPick={(column) => board.changeView({ columns: withColumn(columns, column, all) })}
          />
        );
      }}
    </Popover>
  );
}
