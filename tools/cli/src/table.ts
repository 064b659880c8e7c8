import Table from 'cli-table3';

/** A plain table for the terminal; numbers are aligned right. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const numeric = head.map((_, column) =>
    rows.every((row) => /^[-+]?[\d.,]+( ?%)?( \[.*\])?$/.test(row[column] ?? '')),
  );
  const table = new Table({
    head: [...head],
    colAligns: numeric.map((isNumber) => (isNumber ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}
