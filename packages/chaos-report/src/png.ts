import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import type { Markup } from './markup.js';

const require = createRequire(import.meta.url);
const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
  require.resolve(`dejavu-fonts-ttf/ttf/${file}`),
);

/** A chart as a PNG, twice as large; its letters do not depend on the fonts of this machine. */
export function renderPng({ markup }: Markup): Uint8Array {
  const options = { font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' } };
  return new Resvg(markup, { ...options, fitTo: { mode: 'zoom', value: 2 } }).render().asPng();
}
