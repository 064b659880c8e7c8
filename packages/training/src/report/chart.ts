import { type EChartsCoreOption, init } from 'echarts';

/** Categorical colours that stay apart for colour-blind readers (Okabe & Ito 2008). */
export const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'] as const;

/** Dark to light, even steps of lightness (viridis, van der Walt & Smith 2015). */
export const HEAT = ['#440154', '#414487', '#2a788e', '#22a884', '#7ad151', '#fde725'];

export interface Chart {
  /** File name without its ending. */
  readonly name: string;
  readonly title: string;
  /** Read aloud in place of the picture. */
  readonly description: string;
  readonly svg: string;
}

export interface ChartSpec {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly width?: number;
  readonly height?: number;
  readonly option: EChartsCoreOption;
}

const FONT = 'system-ui, sans-serif';

/** Draws a chart to SVG; the same input gives the same bytes. */
export function drawChart({ width = 640, height = 360, option, ...rest }: ChartSpec): Chart {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      color: [...COLOURS],
      textStyle: { fontFamily: FONT, color: '#222222' },
      ...option,
    });
    return { ...rest, svg: labelled(stable(chart.renderToSVGString()), rest.title, rest.description) };
  } finally {
    chart.dispose();
  }
}

/** Gives an SVG its title and description for screen readers. */
export function labelled(svg: string, title: string, description: string): string {
  return svg.replace(
    /<svg([^>]*)>/,
    `<svg$1 role="img"><title>${escapeHtml(title)}</title><desc>${escapeHtml(description)}</desc>`,
  );
}

// ECharts numbers its clip paths and classes over the life of the process; a report must not depend on that.
function stable(drawn: string): string {
  // Hover colours by numbered class would reach the other charts of a page.
  const svg = drawn.replace(/<style[\s\S]*?<\/style>/g, '');
  const names = new Map<string, string>();
  return svg.replace(/zr\d+-(cls|c|g|p|a)?-?\d*/g, (found) => {
    const known = names.get(found) ?? `chart-${names.size}`;
    names.set(found, known);
    return known;
  });
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
