/** A piece of SVG or HTML that is safe to put into a page. */
export interface Markup {
  readonly markup: string;
}

type Content = Markup | string | number | readonly Content[];

/** An element; texts and attributes are escaped. */
export function el(name: string, attributes: Readonly<Record<string, string | number>>, ...content: Content[]): Markup {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(rounded(value)))}"`);
  return { markup: `<${name}${written.join('')}>${content.map(write).join('')}</${name}>` };
}

function write(content: Content): string {
  if (typeof content === 'string' || typeof content === 'number') return escape(String(content));
  return 'markup' in content ? content.markup : content.map(write).join('');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function rounded(value: string | number): string | number {
  return typeof value === 'number' ? Math.round(value * 100) / 100 : value;
}
