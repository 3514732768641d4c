const days = new Map<number, string>();
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));

/** Seconds since 1970 as `2024-05-01T12:00:00Z`; several times as fast as `toISOString`, which most of a load's time went into. */
export function timestamp(seconds: number): string {
  const day = Math.floor(seconds / 86_400);
  const second = seconds - day * 86_400;
  let date = days.get(day);
  if (date === undefined) {
    date = new Date(day * 86_400_000).toISOString().slice(0, 11);
    days.set(day, date);
  }
  const hour = Math.floor(second / 3600);
  const minute = Math.floor(second / 60) % 60;
  return `${date}${twoDigits[hour]}:${twoDigits[minute]}:${twoDigits[second % 60]}Z`;
}
