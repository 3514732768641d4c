import type { Tell } from './sentinel-event.js';

/** Tells nothing twice. */
export function tellOnce(tell: Tell): Tell {
  const told = new Set<string>();
  return (event) => {
    const text = JSON.stringify(event);
    if (told.has(text)) return;
    told.add(text);
    tell(event);
  };
}
