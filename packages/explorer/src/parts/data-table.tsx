import type { ReactNode } from 'react'

export interface Column<Row> {
  title: string
  cell: (row: Row) => ReactNode
  /** Right-aligned. */
  numeric?: boolean
}

interface DataTableProps<Row> {
  /** What the table lists, for readers of the page by ear. */
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** On a narrow screen, two values a line: for rows of many short values. */
  dense?: boolean
}

/**
 * A table that becomes cards on a narrow screen. The first column heads each row.
 * The roles are named because `display: block` takes them from a table.
 */
export function DataTable<Row>({ caption, columns, rows, rowKey, dense = false }: DataTableProps<Row>) {
  return (
    <div className="table-frame">
      {/* biome-ignore-start lint/a11y/noRedundantRoles: see above. */}
      <table role="table" data-dense={dense}>
        <caption className="visually-hidden">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ title, numeric }) => (
              <th key={title} role="columnheader" scope="col" data-numeric={numeric}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={rowKey(row)} role="row">
              {columns.map(({ title, cell, numeric }, i) =>
                i === 0 ? (
                  <th key={title} role="rowheader" scope="row" data-title={title}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={title} role="cell" data-title={title} data-numeric={numeric}>
                    <span className="cell">{cell(row)}</span>
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {/* biome-ignore-end lint/a11y/noRedundantRoles: see above. */}
    </div>
  )
}
