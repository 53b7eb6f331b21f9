// A table whose columns sort by click or key, and whose rows can be chosen.
import type { ComponentChildren } from "preact";
import { DownIcon, UpIcon } from "./icons";

export interface Column<Row> {
  key: string;
  title: string;
  /** What to sort by. Numbers sort descending first, because the large ones are asked for. */
  value: (row: Row) => number | string;
  cell: (row: Row) => ComponentChildren;
  numeric?: boolean;
  hint?: string;
}

export interface TableProperties<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  id: (row: Row) => string;
  name: (row: Row) => string;
  sort: string;
  defaultSort: string;
  onSort: (sort: string) => void;
  selected: string;
  onSelect: (id: string) => void;
  rowClass?: (row: Row) => string;
}

export function Table<Row>(properties: TableProperties<Row>) {
  const { columns, rows, id } = properties;
  const [key, direction] = readSort(properties.sort || properties.defaultSort);
  const sortColumn = columns.find((column) => column.key === key);
  const sorted = sortColumn ? sortRows(rows, sortColumn, direction, id) : rows;
  return (
    <div class="table-frame" tabIndex={-1}>
      <table aria-label={properties.label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.key} column={column} direction={column.key === key ? direction : undefined} onSort={properties.onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => <TableRow key={id(row)} row={row} {...properties} />)}
        </tbody>
      </table>
    </div>
  );
}

function Heading<Row>(properties: { column: Column<Row>; direction?: "up" | "down"; onSort: (sort: string) => void }) {
  const { column, direction } = properties;
  const next = direction === undefined ? (column.numeric ? "down" : "up") : direction === "up" ? "down" : "up";
  return (
    <th scope="col" class={column.numeric ? "numeric" : ""} aria-sort={direction ? (direction === "up" ? "ascending" : "descending") : "none"}>
      <button type="button" class="sorter" title={column.hint} onClick={() => properties.onSort(`${column.key}.${next}`)}>
        {column.title}
        <span class="sort-mark">{direction === "up" ? <UpIcon /> : direction === "down" ? <DownIcon /> : null}</span>
      </button>
    </th>
  );
}

function TableRow<Row>(properties: TableProperties<Row> & { row: Row }) {
  const { row, columns, selected, onSelect } = properties;
  const id = properties.id(row);
  const chosen = selected === id;
  const choose = () => onSelect(chosen ? "" : id);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose();
  };
  return (
    <tr tabIndex={0} aria-selected={chosen} aria-label={properties.name(row)} data-id={id} class={properties.rowClass?.(row) ?? ""} onClick={choose} onKeyDown={onKeyDown}>
      {columns.map((column) => <td key={column.key} class={column.numeric ? "numeric" : ""}>{column.cell(row)}</td>)}
    </tr>
  );
}

export function readSort(sort: string): [string, "up" | "down"] {
  const [key = "", direction] = sort.split(".");
  return [key, direction === "down" ? "down" : "up"];
}

/** Equal rows keep a fixed order by id, so that a live table does not flicker. */
export function sortRows<Row>(rows: Row[], column: Column<Row>, direction: "up" | "down", id: (row: Row) => string): Row[] {
  const sign = direction === "up" ? 1 : -1;
  return [...rows].sort((left, right) => sign * compare(column.value(left), column.value(right)) || compare(id(left), id(right)));
}

function compare(left: number | string, right: number | string): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left).localeCompare(String(right), "en", { numeric: true });
}
