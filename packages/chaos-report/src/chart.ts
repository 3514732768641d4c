import { colours } from './colours.js';
import { el, type Markup } from './markup.js';

/** The frame of a chart: a drawing on white, with a title for those who hear it read. */
export function chart(
  {
    title,
    width,
    height,
    fontSize,
  }: Readonly<Record<'width' | 'height' | 'fontSize', number>> & { readonly title: string },
  ...content: Parameters<typeof el>[2][]
): Markup {
  return el(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'font-family': "'DejaVu Sans', Verdana, sans-serif",
      'font-size': fontSize,
      fill: colours.ink,
    },
    el('title', {}, title),
    el('rect', { width, height, fill: 'white' }),
    ...content,
  );
}
