export { type Chart, type ChartSpec, COLOURS, drawChart } from './chart.js';
export * from './protocol-report.js';
export * from './report-input.js';
export { type ReportExtras, reportRun } from './report-of-run.js';
export { writeReport } from './write-report.js';
